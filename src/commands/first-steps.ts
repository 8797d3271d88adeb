import type { Deployment } from '../deploy/deployment.ts';
import { authorizeKey, type Granted, grantSudo } from '../deploy/first-contact.ts';
import { type HostConnection, type HostName, type Secret, secret } from '../domain/host.ts';
import type { Failure } from '../domain/outcome.ts';
import { ok, type Result } from '../domain/result.ts';
import { compareNames, foldHosts } from '../report/fold.ts';
import { groupBy } from '../report/group.ts';
import { createKeyFinder } from '../transport/own-key.ts';
import type { Io } from './io.ts';
import type { Contact } from './open-contact.ts';

/** Helps a host that does not let us in. Null: nothing can be done, and its own failure says best why. */
export type FirstStep = (connection: HostConnection) => Promise<Result<Taken | null, Failure>>;

/** How to connect from then on; and what to say where the host refuses all the same, for a reason in words. Null: just those. */
type Taken = { readonly connection: HostConnection; readonly inVain: ((again: string) => Failure) | null };

/** The steps of a first contact that need a password. Each kind of password is asked for once, by the first host that needs it. */
export function createFirstSteps(contact: Contact, options: { readonly sudoers: boolean }, io: Io) {
  const { surroundings } = contact;
  const findKey = createKeyFinder(contact.keyring);
  const given = new Map<HostName, { readonly password: Secret | null; readonly becomePassword: Secret | null }>();
  const typed: Secret[] = [];
  let told: readonly { readonly host: HostName; readonly text: string }[] = [];
  const askOnce = (question: string) => {
    let answer: Promise<Secret | null> | null = null;
    return () => {
      answer ??= io.isInputTty
        ? io.askSecret(question).then((text) => {
            if (text === null || text === '') return null;
            typed.push(secret(text));
            return secret(text);
          })
        : Promise.resolve(null);
      return answer;
    };
  };
  const askForSsh = askOnce('Password of ssh, for hosts that know no key of yours');
  const askForSudo = askOnce('Password of sudo');
  const note = (host: HostName, text: string, granted: Granted) => {
    told = [...told, { host, text: granted === 'given' ? text : `${text} (it was there)` }];
  };

  /** By a key alone, so that the key is what the push after it relies on; with a sudo that must not ask, where it shall not. */
  const arrive = (deployment: Deployment): Deployment => {
    const { connection } = deployment;
    const { become, password } = connection;
    given.set(connection.name, { password, becomePassword: become?.password ?? null });
    const asRoot = become === null || !options.sudoers ? become : { ...become, password: null };
    return { ...deployment, connection: { ...connection, password: null, become: asRoot } };
  };

  const giveKey: FirstStep = async (connection) => {
    const password = given.get(connection.name)?.password ?? (await askForSsh());
    if (password === null) return ok(null);
    const key = await findKey(connection);
    if (!key.ok) return key;
    const authorized = await authorizeKey({ ...connection, password }, key.value, surroundings);
    if (!authorized.ok) return authorized;
    note(connection.name, `a key of yours may log in as ${connection.user}`, authorized.value);
    const inVain = (again: string): Failure => ({
      kind: 'refused',
      message: `the key is in authorized_keys of ${connection.user}, and sshd does not take it: ${again}`,
      hint: 'see AuthorizedKeysFile in its sshd_config, and who may write to the home of the user',
    });
    return ok({ connection, inVain });
  };

  const giveSudo: FirstStep = async (connection) => {
    const { become } = connection;
    if (become === null) return ok(null);
    // One that was refused already is not tried again: wrong answers can lock an account.
    const known = options.sudoers ? (given.get(connection.name)?.becomePassword ?? null) : null;
    const password = known ?? (become.password === null ? await askForSudo() : null);
    if (password === null) return ok(null);
    const withPassword = { ...connection, become: { ...become, password } };
    if (!options.sudoers) return ok({ connection: withPassword, inVain: null });
    const granted = await grantSudo(withPassword, surroundings);
    if (!granted.ok) return granted;
    note(connection.name, `${connection.user} may run sh as ${become.user} without a password`, granted.value);
    const inVain = (again: string): Failure => ({
      kind: 'refused',
      message: `a rule for it is in /etc/sudoers.d, and yet ${again}`,
      hint: `a later rule may win: see sudo -l -U ${connection.user} on the host`,
    });
    return ok({ connection, inVain });
  };

  return {
    arrive,
    giveKey,
    giveSudo,
    /** Says what was done since the last call. */
    tell: () => {
      const inOrder = told.toSorted((a, b) => compareNames(a.host, b.host));
      for (const group of groupBy(inOrder, ({ text }) => text))
        io.stderr(`${foldHosts(group.map(({ host }) => host))}: ${group[0].text}\n`);
      told = [];
    },
    /** The passwords that were typed. */
    typed: (): readonly Secret[] => typed,
  };
}
