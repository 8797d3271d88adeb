import { type CommandHelp, commandHelp, helpParagraphs } from './command-help.ts';
import { optionsOf } from './options.ts';

/** The man page of mlbroute in man(7), made of what `--help` says of each command. `date` is that of the release, as 2026-01-31. */
export async function manPage({ version, date }: { readonly version: string; readonly date: string }): Promise<string> {
  const [usage = '', ...rest] = await helpParagraphs('');
  const commands = await Promise.all(Object.keys(optionsOf).map(commandHelp));
  const purpose = rest[0] ?? '';
  const [codes = '', ...meanings] = (rest.find((text) => text.startsWith('Exit codes:')) ?? '').split(/: |; |\.$/);
  const lines = [
    `.TH MLBROUTE 1 "${date}" ${quoted(`mlbroute ${version}`)}`,
    '.SH NAME',
    'mlbroute \\- routing for the L2 mode of MetalLB, pushed to Kubernetes nodes over SSH',
    '.SH SYNOPSIS',
    '.B mlbroute',
    plain(usage.replace(/^mlbroute /, '')),
    '.SH DESCRIPTION',
    plain(purpose),
    'What hosts shall have is described in an Ansible inventory. A push is a transaction for each host: what was there is stored first, and comes back by itself unless the change is',
    'confirmed over a new connection.',
    '.SH COMMANDS',
    ...commands.flatMap(commandLines),
    '.SH EXIT STATUS',
    ...(codes === '' ? [] : meanings.flatMap(exitLines)),
    '.SH ENVIRONMENT',
    ...termLines('MLBROUTE_PASSWORD', 'The password of ssh where the inventory has none.'),
    ...termLines('ANSIBLE_VAULT_PASSWORD_FILE', 'As --vault-password-file.'),
    ...termLines('SSH_AUTH_SOCK', 'The agent whose keys are tried.'),
    ...termLines('NO_COLOR', 'Print no colours.'),
    '.SH SEE ALSO',
    '.BR ssh_config (5),',
    '.BR systemd.network (5),',
    '.BR ip\\-rule (8)',
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ usage, purpose, options, examples }: CommandHelp): readonly string[] {
  return [
    `.SS ${quoted(usage)}`,
    plain(purpose),
    ...options.flatMap(([term, meaning]) => termLines(term, meaning)),
    ...(examples.length === 0 ? [] : ['.PP', 'Examples:']),
    ...examples.flatMap(([command, meaning]) => ['.TP', `.B ${quoted(command)}`, plain(meaning)]),
  ];
}

function termLines(term: string, meaning: string): readonly string[] {
  return ['.TP', `.B ${quoted(term)}`, plain(meaning)];
}

function exitLines(meaning: string): readonly string[] {
  const [, code = '', text = ''] = /^(\d+) (.*)$/.exec(meaning) ?? [];
  return code === '' ? [] : termLines(code, `${text}.`);
}

/** Text for the body: neither a control line nor an escape. */
function plain(text: string): string {
  return escaped(text).replaceAll(/^(?=[.'])/gm, '\\&');
}

function quoted(text: string): string {
  return `"${escaped(text).replaceAll('"', '\\(dq')}"`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-');
}
