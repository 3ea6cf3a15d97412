// The :codes: this page can draw. What is not here stays readable as :code:.
const TABLE = `+1 👍|thumbsup 👍|-1 👎|thumbsdown 👎|wave 👋|clap 👏|pray 🙏|raised_hands 🙌|ok_hand 👌|muscle 💪|point_right 👉|eyes 👀
smile 😄|smiley 😃|grinning 😀|slightly_smiling_face 🙂|wink 😉|joy 😂|sweat_smile 😅|thinking_face 🤔|sob 😭|cry 😢|heart_eyes 😍|sunglasses 😎
heart ❤️|tada 🎉|fire 🔥|star ⭐|sparkles ✨|rocket 🚀|100 💯|zap ⚡|bulb 💡|pizza 🍕|coffee ☕|package 📦|gift 🎁|camera 📷|frame_with_picture 🖼️|paperclip 📎
hourglass ⌛|hourglass_flowing_sand ⏳|stopwatch ⏱️|clock1 🕐|clock3 🕒|timer_clock ⏲️|arrows_counterclockwise 🔄|repeat 🔁|arrow_right ➡️|arrow_up ⬆️|arrow_upper_right ↗️
outbox_tray 📤|inbox_tray 📥|incoming_envelope 📨|envelope ✉️|email 📧|iphone 📱|calling 📲|telephone_receiver 📞|speech_balloon 💬|left_speech_bubble 🗨️|satellite 📡
white_check_mark ✅|heavy_check_mark ✔️|ballot_box_with_check ☑️|x ❌|heavy_multiplication_x ✖️|negative_squared_cross_mark ❎|warning ⚠️|exclamation ❗|question ❓|grey_question ❔
no_entry ⛔|no_entry_sign 🚫|octagonal_sign 🛑|mute 🔇|no_bell 🔕|bell 🔔|lock 🔒|unlock 🔓|pushpin 📌|memo 📝|pencil2 ✏️|wastebasket 🗑️|information_source ℹ️|link 🔗
large_green_circle 🟢|large_yellow_circle 🟡|large_orange_circle 🟠|red_circle 🔴|large_blue_circle 🔵|white_circle ⚪|black_circle ⚫|bust_in_silhouette 👤|robot_face 🤖`;

const GLYPHS = new Map(TABLE.split(/[|\n]/).map((pair) => pair.trim().split(" ")));

export const glyph = (name) => GLYPHS.get(name.split("::")[0]) ?? `:${name}:`;

export const withGlyphs = (text) => text.replace(/:([a-z0-9_+'-]+):/g, (code, name) => GLYPHS.get(name) ?? code);
