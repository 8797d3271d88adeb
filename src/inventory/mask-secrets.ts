const key = String.raw`\bansible_(?:ssh_|become_|sudo_|su_)?pass(?:word)?["']?[ \t]*:[ \t]+(?!["']?\{\{)`;
const quoted = String.raw`"(?:[^"\\\n]|\\.)*"|'[^'\n]*'`;
const onItsOwnLine = new RegExp(`^([ \\t]*(?:- )?["']?${key})(\\S[^\\n]*)$`, 'gm');
const betweenBraces = new RegExp(`([{,][ \\t]*["']?${key})(${quoted}|[^\\s,}][^,}\\n]*)`, 'g');

/** Hides the values of Ansible's password variables behind as many stars, so that a source line can be shown and its columns hold. */
export function maskSecrets(text: string): string {
  const hide = (_: string, before: string, value: string) => before + '*'.repeat(value.length);
  return text.replaceAll(onItsOwnLine, hide).replaceAll(betweenBraces, hide);
}
