import { describe, expect, it } from 'vitest';
import { explainConnectError, placeOf } from '../../src/transport/socket.ts';

const nodeError = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:22`), { code });

describe('a connection that cannot be opened', () => {
  const cases: readonly { title: string; error: Error; message: string; common?: string; isTransient: boolean }[] = [
    {
      title: 'may be refused',
      error: nodeError('ECONNREFUSED'),
      message: 'connection refused: nothing listens there (ECONNREFUSED)',
      isTransient: true,
    },
    {
      title: 'may have no route',
      error: nodeError('EHOSTUNREACH'),
      message: 'no route to the host (EHOSTUNREACH)',
      isTransient: true,
    },
    { title: 'may get no answer', error: nodeError('ETIMEDOUT'), message: 'no answer (ETIMEDOUT)', isTransient: true },
    {
      title: 'may be to a name that does not exist, which stays so',
      error: nodeError('ENOTFOUND'),
      message: 'the name does not exist (ENOTFOUND)',
      isTransient: false,
    },
    {
      title: 'may wait for a name server',
      error: nodeError('EAI_AGAIN'),
      message: 'the name server does not answer (EAI_AGAIN)',
      isTransient: true,
    },
    {
      title: 'may be one for which we have no words',
      error: nodeError('EPROTO'),
      message: 'connect EPROTO 10.0.0.1:22',
      common: 'EPROTO',
      isTransient: true,
    },
    {
      title: 'may fail at each of several addresses',
      error: new AggregateError([nodeError('EPROTO'), nodeError('EFAULT')]),
      message: 'connect EPROTO 10.0.0.1:22; connect EFAULT 10.0.0.1:22',
      isTransient: true,
    },
  ];
  it.each(cases)('$title', ({ error, message, common = message, isTransient }) => {
    expect(explainConnectError(error, 'node1:22')).toEqual({
      kind: 'connect',
      message: `node1:22: ${message}`,
      common,
      isTransient,
    });
  });
});

describe('a place', () => {
  it.each([
    ['node1', 22, 'node1:22'],
    ['10.0.0.1', 2222, '10.0.0.1:2222'],
    ['2001:db8::1', 22, '[2001:db8::1]:22'],
  ])('of %s and %i is %s', (address, port, place) => {
    expect(placeOf({ address, port })).toBe(place);
  });
});
