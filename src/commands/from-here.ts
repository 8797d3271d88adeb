import { type Endpoint, formatEndpoint } from '../domain/endpoint.ts';
import { describeFailure } from '../domain/outcome.ts';
import { fromHereLine } from '../report/ndjson.ts';
import type { EndpointReport } from '../report/run-report.ts';
import { knock } from '../transport/knock.ts';
import type { Io } from './io.ts';

/** Linux repeats an unanswered SYN after 1 s and 3 s: both repetitions have had their time by then. */
const patienceMs = 5000;

/** Connects to each endpoint from this machine, as a client would, and tells. Gives the trouble with each; null where it answers. */
export async function askFromHere(
  endpoints: readonly Endpoint[],
  output: 'text' | 'json',
  io: Io,
): Promise<readonly EndpointReport[]> {
  const answers = await Promise.all(
    endpoints.map(async (endpoint) => ({
      endpoint: formatEndpoint(endpoint),
      answer: await knock(endpoint, patienceMs),
    })),
  );
  return answers.map(({ endpoint, answer }) => {
    const trouble = answer.ok ? null : describeFailure(answer.error);
    if (output === 'json') io.stdout(fromHereLine(endpoint, trouble));
    else if (answer.ok) io.stdout(`From here: ${endpoint} answers, after ${Math.ceil(answer.value)} ms.\n`);
    else io.stdout(`From here: ${trouble}\n`);
    return { endpoint, trouble };
  });
}
