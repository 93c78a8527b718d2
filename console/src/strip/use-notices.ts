import { useEffect, useRef, useState } from 'react';
import type { Shown } from '../feed/feed-state.ts';
import { useSpeech } from '../words/words.tsx';

/** Whether the desktop may be told of emergencies: `missing` where the browser has no such thing (a page over plain http has none). */
export type NoticePermission = 'granted' | 'denied' | 'default' | 'missing';

const permissionNow = (): NoticePermission =>
  typeof Notification === 'undefined' || !window.isSecureContext ? 'missing' : Notification.permission;

/** The permission, and the way to ask for it; only within a click. */
export const useNoticePermission = (): readonly [NoticePermission, () => void] => {
  const [permission, setPermission] = useState(permissionNow);
  return [permission, () => void Notification.requestPermission().then(setPermission)];
};

/** Tells the desktop of every emergency that begins to ring while nobody can see this page, and takes it back once it rings no more. Several pages of a seat tell it once. `open` brings the alert up. */
export const useNotices = (ringing: readonly Shown[], open: (alert: string) => void): void => {
  const { text, words } = useSpeech();
  const told = useRef(new Map<string, { readonly count: number; readonly notice: Notification | null }>());
  const newest = useRef(open);
  useEffect(() => {
    newest.current = open;
  });
  useEffect(() => {
    const now = new Map(ringing.map(({ alert }) => [alert.id, alert]));
    for (const [id, { notice }] of told.current)
      if (!now.has(id)) {
        notice?.close();
        told.current.delete(id);
      }
    for (const alert of now.values()) {
      if ((told.current.get(alert.id)?.count ?? 0) >= alert.count) continue;
      let notice: Notification | null = null;
      if (document.hidden && permissionNow() === 'granted') {
        try {
          // No names and no illnesses: it may lie on a locked screen.
          notice = new Notification(
            `${words.priority[alert.priority]}${words.marks.colon}${text(alert.title)}`,
            {
              body: alert.place?.text ?? words.board.unknownPlace,
              tag: alert.id,
              requireInteraction: true,
            },
          );
          notice.onclick = () => {
            window.focus();
            newest.current(alert.id);
          };
        } catch {
          // A telephone's browser gives notices only to service workers.
        }
      }
      told.current.set(alert.id, { count: alert.count, notice });
    }
  }, [ringing, text, words]);
};
