"""Action ids that one feature shows and another acts on."""

HISTORY, OPEN, VISIT = "contact_history", "contact_open", "visit_thread"
NEW_TEXT, NEW_TEXT_TO = "new_text", "new_text_to"
TEMPLATE_ADD, TEMPLATE_EDIT, TEMPLATE_PICK = "template_add", "template_edit", "template_edit_other"
ROUTE_ADD, ROUTE_DELETE = "route_add", "route_delete"
MODE_CHANGE, SIGNATURE_CHANGE = "mode_change", "signature_change"
CONNECT, CONNECT_TOKEN, CONNECT_NUMBER = "connect", "connect_token", "connect_number"
CONNECT_CHANGE, CONNECT_RETRY, CONNECT_END = "connect_change", "connect_retry", "connect_end"
