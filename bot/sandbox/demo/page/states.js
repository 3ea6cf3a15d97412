// Reads the elements of blocks, and what the app's side of the wire says stands in them.

export function* elementsOf(blocks) {
  for (const block of blocks) {
    for (const one of [block.accessory, block.element, ...(block.elements ?? [])]) if (one?.action_id) yield [block, one];
  }
}

// A state as Slack keeps it, such as { type, selected_option: { value } }, to the bare value.
export function stateValue(state) {
  const { type, ...rest } = state;
  const value = Object.values(rest)[0] ?? null;
  if (type.endsWith("static_select") || type.endsWith("external_select") || ["radio_buttons", "checkboxes"].includes(type)) {
    return Array.isArray(value) ? value.map((option) => option.value) : value?.value ?? null;
  }
  return type === "file_input" ? (value ?? []).map((file) => file.id) : value;
}
