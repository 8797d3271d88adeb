/** The inventory, the playbook or a template is wrong; the message has every fault with file, line, column and the way out. No host was asked. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
