// What a composer completes behind the slash: the words to insert, how they look, what they do.
const TABLE = `help | | all commands, with examples
send |NUMBER TEXT | text a number
open |NUMBER | open the thread of a number
contact |NUMBER | a contact's card, to edit or to block
history |NUMBER | earlier texts
inbox | | who wrote last
schedule |NUMBER WHEN TEXT | text a number later
list |NAME | a list of contacts
template |NUMBER | an approved WhatsApp template
wave | | one text to many
status |ID | what became of a text
me | | your conversations
search |WORDS | find conversations; also tag:vip, is:open
tag |NUMBER TAG | put a tag on a conversation
goal |15m | within what time people should have an answer
hours |DAYS TIMES ZONE | when the office is open, and what is answered else
available | | who gets new conversations
workflows |on | let workflows text in your name
mode |MODE | what is texted from this channel
route | | which texts go to which channel, or move a conversation
webhooks | | where Volt brings texts`;

export const COMMANDS = TABLE.split("\n").map((line) => {
  const [name, rest, does] = line.split("|").map((part) => part.trim());
  return [`/volt ${name}${rest && " "}`, `/volt ${name} ${rest}`.trim(), does];
});
