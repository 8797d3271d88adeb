import { didYouMean } from '../domain/did-you-mean.ts';
import { type Endpoint, parseEndpoint } from '../domain/endpoint.ts';
import { hostsIn, type Portion, parsePortion } from '../domain/portion.ts';
import { parseReportFile, type ReportFile } from '../domain/report-file.ts';
import { parseShard, type Shard } from '../domain/shard.ts';

/*
 * yargs hands over a list where an option is given twice, and NaN for a number that is none. These functions take what it parsed and give
 * the value or throw a message for the user; yargs reports it as a usage error.
 */

/** One text. An empty one stays empty: whether it makes sense is the command's matter. */
export function text(option: string): (value: unknown) => string {
  return (value) => {
    if (Array.isArray(value)) throw new Error(`${option} is given ${value.length} times; once is right`);
    return String(value);
  };
}

/** One text that is not empty. */
export function filledText(option: string): (value: unknown) => string {
  return (value) => {
    const filled = text(option)(value);
    if (filled.trim() === '') throw new Error(`${option} is empty`);
    return filled;
  };
}

/** One text or several, none of them empty, in their order. */
export function texts(option: string): (value: unknown) => readonly string[] {
  return (value) => (Array.isArray(value) ? value : [value]).map(filledText(option));
}

/** A whole number within limits, written in decimal digits. */
export function wholeNumber(
  option: string,
  limits: { readonly min: number; readonly max: number },
): (value: unknown) => number {
  return (value) => {
    const digits = text(option)(value);
    const number = Number(digits);
    if (!/^\d{1,9}$/.test(digits) || number < limits.min || number > limits.max)
      throw new Error(`${option}: "${digits}" is not a whole number from ${limits.min} to ${limits.max}`);
    return number;
  };
}

/** One of a few words. */
export function oneOf<T extends string>(option: string, words: readonly T[]): (value: unknown) => T {
  return (value) => {
    const given = text(option)(value);
    const found = words.find((word) => word === given);
    if (found === undefined) throw new Error(`${option}: "${given}" is not one of ${words.join(', ')}`);
    return found;
  };
}

/** Several of a few words: a comma list, the option once or more often. */
export function someOf<T extends string>(option: string, words: readonly T[]): (value: unknown) => readonly T[] {
  return (value) =>
    texts(option)(value)
      .flatMap((list) => list.split(','))
      .map((given) => {
        const found = words.find((word) => word === given);
        if (found === undefined) {
          const hint = didYouMean(given, words) ?? `the codes are ${words.join(', ')}`;
          throw new Error(`${option}: "${given}" is not a code; ${hint}`);
        }
        return found;
      });
}

/** A number of hosts from 0, or a percentage of them. */
export function portion(option: string): (value: unknown) => Portion {
  return (value) => {
    const parsed = parsePortion(text(option)(value));
    if (!parsed.ok) throw new Error(`${option}: ${parsed.error}`);
    return parsed.value;
  };
}

/** A comma list of sizes of batches, none of them nothing. */
export function batchSizes(option: string): (value: unknown) => readonly Portion[] {
  return (value) =>
    filledText(option)(value)
      .split(',')
      .map((size) => {
        const parsed = portion(option)(size);
        if (hostsIn(parsed, 100) === 0) throw new Error(`${option}: "${size}" would begin no host`);
        return parsed;
      });
}

/** The name of a run: letters, digits and dashes. */
export function runName(option: string): (value: unknown) => string {
  return (value) => {
    const name = filledText(option)(value);
    if (!/^[\w-]+$/.test(name)) throw new Error(`${option}: "${name}" is not the name of a run, nor last`);
    return name;
  };
}

/** One TCP port of an address or several: `ADDRESS:PORT`. */
export function endpoints(option: string): (value: unknown) => readonly Endpoint[] {
  return (value) =>
    texts(option)(value).map((given) => {
      const parsed = parseEndpoint(given);
      if (!parsed.ok) throw new Error(`${option}: ${parsed.error}`);
      return parsed.value;
    });
}

/** Files to report in, each named for its format, and each named once. */
export function reportFiles(option: string): (value: unknown) => readonly ReportFile[] {
  return (value) => {
    const paths = texts(option)(value);
    const twice = paths.find((path, index) => paths.indexOf(path) !== index);
    if (twice !== undefined) throw new Error(`${option}: "${twice}" is named twice`);
    return paths.map((path) => {
      const parsed = parseReportFile(path);
      if (!parsed.ok) throw new Error(`${option}: ${parsed.error}`);
      return parsed.value;
    });
  };
}

/** One part of the hosts, as 2/5. */
export function shard(option: string): (value: unknown) => Shard {
  return (value) => {
    const parsed = parseShard(text(option)(value));
    if (!parsed.ok) throw new Error(`${option}: ${parsed.error}`);
    return parsed.value;
  };
}
