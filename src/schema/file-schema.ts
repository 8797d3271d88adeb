import * as z from 'zod';
import { parseFilePath } from '../domain/declared-file.ts';
import { words } from './action-schema.ts';
import { type CheckContext, refuse, settle } from './check.ts';

const account = z
  .string()
  .regex(/^[A-Za-z_][\w.@-]*\$?$/, { error: 'this is the name of an account of the host' })
  .default('root');

const common = {
  dest: z
    .string()
    .transform((text, context) => settle(parseFilePath(text), context, { code: 'file-path', hint: null }))
    .meta({ description: 'Where it is on the host: an absolute path' }),
  owner: account.meta({ description: 'The user it belongs to, by name' }),
  group: account.meta({ description: 'The group it belongs to, by name' }),
  mode: z
    .string()
    .regex(/^0?[0-7]{3}$/, { error: 'mode is three octal digits, as "0644"' })
    .default('0644')
    .transform((text) => text.padStart(4, '0'))
    .meta({ description: 'Who may read and write it, in octal digits' }),
  validate: words.nullish().meta({
    description: 'A command that must end with 0 before the file is put in place; %s stands for a copy beside it',
  }),
  reload: words.nullish().meta({
    description: 'A command that runs after all changes of a push that changed the file, once for all files with it',
  }),
};

const content = z.string().meta({ description: 'The text itself' });
const source = z
  .string()
  .min(1)
  .meta({ description: 'A text file on this machine; its path starts at the folder of the playbook' });

const fileKeys = z.strictObject({ ...common, content: content.nullish(), src: source.nullish() });
const templateKeys = z.strictObject({ ...common, src: source });

/** The keys of a file, whatever its text comes from. */
type FileKeys = Omit<z.output<typeof templateKeys>, 'src'>;

/** What a task says of a file. */
export type WrittenFile = FileKeys & {
  readonly text:
    | { readonly kind: 'content'; readonly content: string }
    | { readonly kind: 'src'; readonly src: string };
};

/** The arguments of tasks about files once references are expanded. */
export const fileVerbs = {
  file: fileKeys.meta({ description: 'A file with a text, or with that of a file of this machine' }).transform(toFile),
  template: templateKeys
    .meta({ description: 'A file with a text made from a Handlebars template and the variables of the host' })
    .transform(({ src, ...keys }): WrittenFile => ({ ...keys, text: { kind: 'src', src } })),
} as const;

/** The keys of each verb's arguments. */
export const fileVerbKeys = { file: Object.keys(fileKeys.shape), template: Object.keys(templateKeys.shape) } as const;

function toFile({ content, src, ...keys }: z.output<typeof fileKeys>, context: CheckContext): WrittenFile {
  if (content != null && src == null) return { ...keys, text: { kind: 'content', content } };
  if (src != null && content == null) return { ...keys, text: { kind: 'src', src } };
  const hint = 'write one of content and src';
  return refuse('a file has one text', context, { code: 'file-text', hint });
}
