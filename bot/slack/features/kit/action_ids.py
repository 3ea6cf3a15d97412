"""Action ids that one feature shows and another acts on."""

HISTORY, OPEN, VISIT = "contact_history", "contact_open", "visit_thread"
NEW_TEXT, NEW_TEXT_TO = "new_text", "new_text_to"
TEMPLATE_ADD, TEMPLATE_EDIT, TEMPLATE_PICK = "template_add", "template_edit", "template_edit_other"
ROUTE_ADD, ROUTE_DELETE = "route_add", "route_delete"
MODE_CHANGE, SIGNATURE_CHANGE = "mode_change", "signature_change"
ROLES_CHANGE = "roles_change"
