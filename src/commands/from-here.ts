import { type Endpoint, formatEndpoint } from '../domain/endpoint.ts';
import { describeFailure } from '../domain/outcome.ts';
import { fromHereLine } from '../report/ndjson.ts';
import { knock } from '../transport/knock.ts';
import type { Io } from './io.ts';

/** Linux repeats an unanswered SYN after 1 s and 3 s: both repetitions have had their time by then. */
const patienceMs = 5000;

/** Connects to each endpoint from this machine, as a client would, and tells. True where all of them answer. */
export async function askFromHere(endpoints: readonly Endpoint[], output: 'text' | 'json', io: Io): Promise<boolean> {
  const answers = await Promise.all(endpoints.map((endpoint) => knock(endpoint, patienceMs)));
  for (const [i, answer] of answers.entries()) {
    const endpoint = endpoints[i];
    if (endpoint === undefined) continue;
    const trouble = answer.ok ? null : describeFailure(answer.error);
    if (output === 'json') io.stdout(fromHereLine(formatEndpoint(endpoint), trouble));
    else if (answer.ok)
      io.stdout(`From here: ${formatEndpoint(endpoint)} answers, after ${Math.ceil(answer.value)} ms.\n`);
    else io.stdout(`From here: ${trouble}\n`);
  }
  return answers.every(({ ok }) => ok);
}
