import { expect, test } from 'vitest';
import { createLobby, type Visitor } from '../../src/broker/lobby.ts';

const openLobby = (places: number) => {
  const ended: string[] = [];
  const lobby = createLobby(places, () => {});
  const visit = (name: string, remote: string): Visitor => {
    const visitor = { remote, end: () => void ended.push(name) };
    lobby.enter(visitor);
    return visitor;
  };
  return { lobby, ended, visit };
};

test('whoever comes from the address that takes most places gives way, oldest first, and nobody else', () => {
  const { lobby, ended, visit } = openLobby(5);
  visit('pager', '10.0.0.1');
  for (let i = 0; i < 4; i += 1) visit(`stranger ${i}`, '10.0.0.66');
  visit('meter', '10.0.0.2');
  visit('another meter', '10.0.0.3');
  expect(ended).toEqual(['stranger 0', 'stranger 1']);
  expect(lobby.size()).toBe(5);
});

test('who has logged in has a place of its own and is not asked to go', () => {
  const { lobby, ended, visit } = openLobby(2);
  lobby.leave(visit('pager', '10.0.0.1'));
  visit('stranger', '10.0.0.66');
  expect(lobby.giveWay()).toBe(true);
  expect(lobby.giveWay()).toBe(false);
  expect(ended).toEqual(['stranger']);
});
