"""What the bot does not ask Glific for, and why."""

LEFT_ALONE = {
    "attachmentsEnabled": "no file is stored at Glific: pictures go out through the bot's own signed links",
    "collectionCount": "counts per inbox are not shown; `Inbox` is asked when a person looks",
    "countContacts": "lists are read in pages, and nothing needs their length beforehand",
    "countMessages": "a conversation is read from its newest message, and nothing needs its length",
    "receivedSimulatorMessage": "simulators are test contacts and open no conversation",
    "savedSearchCount": "saved searches belong to Glific's own pages",
    "savedSearches": "saved searches belong to Glific's own pages",
    "sendHsmMessage": "takes no media and no translation; `Send` with isHsm does both",
    "sendHsmMessageToGroup": "sends free text instead of the template; `SendToGroup` with isHsm sends the template",
    "sendSessionMessage": "canned texts without approval are kept in Slack, as templates of the team",
    "sentGroupMessage": "the summary row comes with `GroupConversation` when somebody asks for a broadcast",
    "sentSimulatorMessage": "simulators are test contacts and open no conversation",
    "sessionTemplate": "templates are read all at once and chosen from in a form",
    "simulatorGet": "takes a test contact away from the people who use Glific's own pages",
    "simulatorRelease": "nothing is leased that would have to be given back",
    "startContactFlow": "an agent who takes over stops flows; starting one is done in Glific",
    "tags": "tags belong to Glific's own pages; a team groups its contacts by groups",
    "updateContactTags": "tags belong to Glific's own pages; a team groups its contacts by groups",
    "updateMessageTags": "tags belong to Glific's own pages; a team groups its contacts by groups",
    "uploadBlob": "no file is stored at Glific: pictures go out through the bot's own signed links",
}
"""Root fields of the schema that no operation asks for."""
