import { Duplex } from 'node:stream';
import type { Client as SshClient } from 'ssh2';

const prohibited = 'it does not allow that (AllowTcpForwarding and PermitOpen in its sshd_config)';

/** Opens a TCP connection from a host on, as a stream. */
export function openForward(client: SshClient, address: string, port: number): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    // Throws where the connection is gone already, which rejects.
    client.forwardOut('127.0.0.1', 0, address, port, (error, channel) => {
      if (error !== undefined) reject(isProhibited(error) ? new Error(prohibited) : error);
      else resolve(asStream(channel));
    });
  });
}

/** SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 §5.1). */
function isProhibited(error: Error): boolean {
  return 'reason' in error && error.reason === 1;
}

/** ssh2's channel is destroyed only when the far end agrees; whoever gives up on a host must not wait for that. */
function asStream(channel: Duplex & { readonly close: () => void }): Duplex {
  const stream = new Duplex({
    allowHalfOpen: false,
    read: () => void channel.resume(),
    write: (chunk, _encoding, done) => void channel.write(chunk, (error) => done(error)),
    final: (done) => void channel.end(() => done()),
    destroy: (error, done) => {
      channel.close();
      done(error);
    },
  });
  channel.on('data', (chunk) => {
    if (!stream.push(chunk)) channel.pause();
  });
  channel.on('end', () => void stream.push(null));
  channel.on('error', (error) => stream.destroy(error));
  channel.on('close', () => stream.destroy());
  return stream;
}
