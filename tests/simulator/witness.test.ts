import { describe, expect, it } from 'vitest';
import { createWitness, NotSeenError } from '../../simulator/witness.ts';

describe('the witness', () => {
  it('answers at once with what it saw before it was asked', async () => {
    const witness = createWitness<number>();
    witness.note(1);
    witness.note(2);
    expect(await witness.waitFor((item) => item > 0, 1, 'a number')).toBe(1);
  });

  it('answers with what comes later', async () => {
    const witness = createWitness<number>();
    const coming = witness.waitFor((item) => item === 7, 10_000, 'seven');
    witness.note(6);
    witness.note(7);
    expect(await coming).toBe(7);
  });

  it('passes over what was seen before the mark, also when the oldest are forgotten', async () => {
    const witness = createWitness<number>(4);
    for (let item = 0; item < 20; item += 1) witness.note(item);
    const mark = witness.mark();
    witness.note(100);
    expect(await witness.waitFor(() => true, 1, 'anything', mark)).toBe(100);
    expect(witness.seen().length).toBeLessThanOrEqual(5);
  });

  it('says what it did not see', async () => {
    const witness = createWitness<number>();
    witness.note(1);
    await expect(witness.waitFor((item) => item === 2, 1, 'the second press')).rejects.toThrow(NotSeenError);
    await expect(witness.waitFor((item) => item === 2, 1, 'the second press')).rejects.toThrow(
      /the second press/,
    );
  });
});
