/** Attributes every control shares: identity for focus, names for screen readers. */
export function controlProps({ entry, block, field }) {
  const placeholder = entry.placeholder?.text;
  return {
    id: field.id,
    "data-key": `${block.block_id}/${entry.action_id}`,
    "aria-labelledby": field.labelledBy,
    "aria-label": field.labelledBy ? undefined : (placeholder ?? entry.accessibility_label ?? entry.action_id),
    "aria-describedby": field.describedBy,
    "aria-invalid": field.invalid ? "true" : undefined,
    "aria-required": field.required ? "true" : undefined,
    autofocus: entry.focus_on_load === true,
  };
}
