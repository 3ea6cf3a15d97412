"""The WhatsApp line of these tests."""

from __future__ import annotations

from bot.domain.phone import E164

WHATSAPP = E164("+15555550188")
TENANT = "demo.glific.com"
