/** Whether a text can name a group: one that a host pattern would read as something else cannot. */
export function isGroupName(text: string): boolean {
  return text !== '' && !/[\s,:&!~*?[\]/]/.test(text);
}

/** What to write instead of a name that cannot be one. */
export const groupNameHint = 'use letters, digits, "_", "-" and "."';
