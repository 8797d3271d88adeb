import { connect } from 'node:net';
import { startDelayedLink } from './delayed-link.ts';

/*
 * A long way to each of some hosts, in a process of its own in the controller's network. Arguments: milliseconds each way, then ADDRESS:PORT of
 * each host. Prints the ports of the near ends as one line of JSON, and ends with its standard input.
 */

const [oneWayMs = '', ...places] = process.argv.slice(2);
const links = await Promise.all(
  places.map((place) => {
    const [host = '', port = ''] = place.split(':');
    return startDelayedLink(() => connect({ host, port: Number(port), noDelay: true }), Number(oneWayMs));
  }),
);
process.stdout.write(`${JSON.stringify(links.map(({ port }) => port))}\n`);
process.stdin.on('end', () => process.exit()).resume();
