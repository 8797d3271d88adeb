import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { type Recording, tokenMark } from './recording.ts';

/*
 * Hosts that only pretend, in a process of its own: an SSH server that answers each look as a real host once did. Arguments: the port to listen on, at
 * all addresses; the file of a host key; a file of what was recorded. Ends with its standard input; prints a line when it listens.
 */

const [port = '', keyFile = '', recordingFile = ''] = process.argv.slice(2);
const recording: Recording = JSON.parse(readFileSync(recordingFile, 'utf8'));
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
        const [, token = ''] = /token='([^']*)'/.exec(program) ?? [];
        const answer = program.includes(" boot='yes' ") ? recording.audit : recording.look;
        program = '';
        channel.write(`${answer.replaceAll(tokenMark, token)}${end} 0\n`);
      });
    });
  });
});
server.listen(Number(port), '0.0.0.0', () => process.stdout.write('listening\n'));
process.stdin.on('end', () => process.exit()).resume();
