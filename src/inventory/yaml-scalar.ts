/** What an unquoted YAML word means to Ansible, and whether its author may have meant something else. */
export type PlainScalar = {
  readonly value: null | boolean | number | string;
  readonly surprise: 'mac' | 'base-60' | 'octal' | 'too-large' | 'not-finite' | null;
};

/**
 * Reads an unquoted YAML word as PyYAML's resolvers do (resolver.py, constructor.py): `yes` and `off` are booleans, `0644` is
 * octal, `1:30` is 90, `1e3` and `2020-01-01` are text. Dates stay text, which is how Ansible prints them in JSON.
 */
export function readPlainScalar(text: string): PlainScalar {
  if (/^(?:~|null|Null|NULL|)$/.test(text)) return { value: null, surprise: null };
  if (/^(?:yes|Yes|YES|true|True|TRUE|on|On|ON)$/.test(text)) return { value: true, surprise: null };
  if (/^(?:no|No|NO|false|False|FALSE|off|Off|OFF)$/.test(text)) return { value: false, surprise: null };
  if (/^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/.test(text)) return { value: text, surprise: 'not-finite' };
  const integer = readInteger(text);
  if (integer !== null) {
    if (!Number.isSafeInteger(integer.value)) return { value: text, surprise: 'too-large' };
    return integer;
  }
  const float = readFloat(text);
  return float ?? { value: text, surprise: null };
}

function readInteger(text: string): (PlainScalar & { readonly value: number }) | null {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  if (/^[-+]?0b[01_]+$/.test(text) && digits.length > 2) return { value: sign * Number(digits), surprise: null };
  if (/^[-+]?0x[\da-fA-F_]+$/.test(text) && digits.length > 2) return { value: sign * Number(digits), surprise: null };
  if (/^[-+]?0$/.test(text)) return { value: 0, surprise: null };
  if (/^[-+]?[1-9][\d_]*$/.test(text)) return { value: sign * Number(digits), surprise: null };
  if (/^[-+]?0[0-7_]+$/.test(text)) return { value: sign * Number.parseInt(digits, 8), surprise: 'octal' };
  if (/^[-+]?[1-9][\d_]*(?::[0-5]?\d)+$/.test(text)) {
    const surprise = /^\d\d(?::\d\d){5}$/.test(text) ? 'mac' : 'base-60';
    return { value: sign * fromBase60(digits), surprise };
  }
  return null;
}

function readFloat(text: string): PlainScalar | null {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[-+]/, '').replaceAll('_', '');
  if (/^(?:[-+]?\d[\d_]*\.[\d_]*(?:[eE][-+]\d+)?|\.\d[\d_]*(?:[eE][-+]\d+)?)$/.test(text))
    return { value: sign * Number(digits), surprise: null };
  if (/^[-+]?\d[\d_]*(?::[0-5]?\d)+\.[\d_]*$/.test(text))
    return { value: sign * fromBase60(digits), surprise: 'base-60' };
  return null;
}

function fromBase60(text: string): number {
  return text.split(':').reduce((sum, part) => sum * 60 + Number(part), 0);
}
