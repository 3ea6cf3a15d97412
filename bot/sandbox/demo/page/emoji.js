// The :codes: this page can draw. What is not here stays readable as :code:.
const TABLE = `+1 👍|thumbsup 👍|-1 👎|wave 👋|clap 👏|pray 🙏|raised_hands 🙌|ok_hand 👌|muscle 💪|point_right 👉|eyes 👀
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|wink 😉|joy 😂|sweat_smile 😅|thinking_face 🤔|sob 😭|cry 😢|heart_eyes 😍|sunglasses 😎
heart ❤️|tada 🎉|fire 🔥|star ⭐|sparkles ✨|rocket 🚀|100 💯|zap ⚡|bulb 💡|pizza 🍕|coffee ☕|package 📦|gift 🎁|camera 📷|paperclip 📎
hourglass ⌛|hourglass_flowing_sand ⏳|repeat 🔁|envelope ✉️|email 📧|iphone 📱|telephone_receiver 📞|speech_balloon 💬
white_check_mark ✅|ballot_box_with_check ☑️|x ❌|outbox_tray 📤|grey_question ❔|warning ⚠️|exclamation ❗|question ❓|no_entry ⛔|bell 🔔|lock 🔒|pushpin 📌|memo 📝|link 🔗
leftwards_arrow_with_hook ↩️|double_vertical_bar ⏸️|zzz 💤|mute 🔇|house 🏠|mag 🔍|calendar 📅|busts_in_silhouette 👥|bust_in_silhouette 👤`;

const GLYPHS = new Map(TABLE.split(/[|\n]/).map((pair) => pair.split(" ")));

export const glyph = (name) => GLYPHS.get(name.split("::")[0]) ?? `:${name}:`;

export const withGlyphs = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => GLYPHS.get(name) ?? code);
