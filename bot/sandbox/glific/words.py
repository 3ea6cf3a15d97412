"""Words of the stand-in's errors, in the language of the user who asked, as Glific translates its own.

The English ones that Glific is known to say are its own; the translations, and words marked (ours), are of this
stand-in: nothing may be decided by either.
"""

from __future__ import annotations

ERRORS: dict[str, dict[str, str]] = {
    "unauthorized": {"en": "Unauthorized", "hi": "अनधिकृत", "de": "Nicht berechtigt"},
    "window": {
        "en": "Sorry! 24 hrs window closed. Your message cannot be sent at this time.",
        "hi": "क्षमा करें! 24 घंटे की अवधि समाप्त हो गई है। आपका संदेश अभी नहीं भेजा जा सकता।",
        "de": "Das Fenster von 24 Stunden ist geschlossen. Die Nachricht kann jetzt nicht gesendet werden.",
    },
    "contact status": {
        "en": "Cannot send the message to the contact. Contact status is not valid.",
        "hi": "संपर्क को संदेश नहीं भेजा जा सकता। संपर्क की स्थिति मान्य नहीं है।",
        "de": "Die Nachricht kann nicht gesendet werden. Der Status des Kontakts ist ungültig.",
    },
    "bsp status": {
        "en": "Cannot send the template to the contact, invalid BSP status.",
        "hi": "संपर्क को टेम्पलेट नहीं भेजा जा सकता, बीएसपी स्थिति अमान्य है।",
        "de": "Die Vorlage kann nicht gesendet werden, der BSP-Status ist ungültig.",
    },
    "no consent": {
        "en": "Cannot send the template to the contact, not opted in.",
        "hi": "संपर्क को टेम्पलेट नहीं भेजा जा सकता, सहमति नहीं दी गई है।",
        "de": "Die Vorlage kann nicht gesendet werden, der Kontakt hat nicht zugestimmt.",
    },
    "suspended": {
        "en": "Cannot send the template, organization is in suspended state.",
        "hi": "टेम्पलेट नहीं भेजा जा सकता, संगठन निलंबित है।",
        "de": "Die Vorlage kann nicht gesendet werden, die Organisation ist gesperrt.",
    },
    "too long": {  # ours
        "en": "Message size greater than 4096 characters",
        "hi": "संदेश 4096 अक्षरों से बड़ा है",
        "de": "Die Nachricht ist länger als 4096 Zeichen",
    },
    "parameters": {  # ours
        "en": "Please provide the right number of parameters for the template.",
        "hi": "कृपया टेम्पलेट के लिए पैरामीटर की सही संख्या दें।",
        "de": "Bitte die richtige Zahl von Parametern für die Vorlage angeben.",
    },
    "unexpected": {
        "en": "Something unexpected has happened. Please try again.",
        "hi": "कुछ अप्रत्याशित हुआ है। कृपया पुनः प्रयास करें।",
        "de": "Etwas Unerwartetes ist geschehen. Bitte noch einmal versuchen.",
    },
    "not found": {"en": "Resource not found", "hi": "संसाधन नहीं मिला", "de": "Nicht gefunden"},
    "blank": {"en": "can't be blank", "hi": "खाली नहीं हो सकता", "de": "darf nicht leer sein"},
    "taken": {"en": "has already been taken", "hi": "पहले से लिया जा चुका है", "de": "ist bereits vergeben"},
    "invalid": {"en": "is invalid", "hi": "अमान्य है", "de": "ist ungültig"},
    "storage": {  # ours
        "en": "Attachments are not enabled for this organization",
        "hi": "इस संगठन के लिए अटैचमेंट सक्षम नहीं हैं",
        "de": "Anhänge sind für diese Organisation nicht eingeschaltet",
    },
}


def say(error: str, locale: str) -> str:
    """Return an error in a language, in English where there is no other."""
    words = ERRORS[error]
    return words.get(locale, words["en"])
