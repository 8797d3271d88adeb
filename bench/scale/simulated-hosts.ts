import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { type Recording, tokenMark } from './recording.ts';

/*
 * Hosts that only pretend, in a process of its own: an SSH server that answers each program as a real host once did. Arguments: the port to listen on, at
 * all addresses; the file of a host key; a file of what was recorded; `new` for hosts that were never pushed to, which take a push, too. Ends with its
 * standard input; prints a line when it listens.
 */

const [port = '', keyFile = '', recordingFile = '', state = ''] = process.argv.slice(2);
const recording: Recording = JSON.parse(readFileSync(recordingFile, 'utf8'));

/** By the words that only the one program has. */
function answerTo(program: string): string {
  const [, token = ''] = /token='?([^'\s]+)/.exec(program) ?? [];
  if (/ confirm_within=\d/.test(program)) {
    const steps = recording.steps.map((step) => `step ${step}`);
    return ['armed 60', 'wrote 6', ...steps, 'applied'].map((answer) => `${token} ${answer}\n`).join('');
  }
  if (program.includes('/transaction confirm;')) return 'confirmed\n';
  const [, open] = /\/transactions\/(\S+)\/transaction extend /.exec(program) ?? [];
  const look = program.includes(" boot='yes' ") ? recording.audit : recording.look;
  const seen = open === undefined && state === 'new' ? recording.newLook : look;
  const [, bootId = ''] = /^boot-id (.*)$/m.exec(seen) ?? [];
  const pending = `pending\nid transactions/${open}\nuptime 1\nowner somebody\nboot-id ${bootId}\ndeadline 60\nalive 1`;
  return (open === undefined ? seen : seen.replace(/pending$/m, pending)).replaceAll(tokenMark, token);
}

const server = new ssh2.Server({ hostKeys: [readFileSync(keyFile)] }, (client) => {
  client.on('error', () => {});
  client.on('authentication', (login) => login.accept());
  client.on('session', (accept) => {
    accept().on('exec', (acceptExec, _reject, { command }) => {
      const channel = acceptExec();
      const [ready = ''] = /mlbroute-ready-\w+/.exec(command) ?? [];
      channel.write(`${ready}\n`);
      channel.stderr.write(`${ready}\n`);
      let program = '';
      channel.on('data', (chunk: Buffer) => {
        program += chunk.toString('utf8');
        const [line, end = ''] = /\necho "(mlbroute-ended-\w+) \$\?"\n$/.exec(program) ?? [];
        if (line === undefined) return;
        const answer = answerTo(program);
        program = '';
        channel.write(`${answer}${end} 0\n`);
      });
    });
  });
});
server.listen(Number(port), '0.0.0.0', () => process.stdout.write('listening\n'));
process.stdin.on('end', () => process.exit()).resume();
