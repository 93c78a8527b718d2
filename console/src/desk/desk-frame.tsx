import { App, ConfigProvider } from 'antd';
import en from 'antd/locale/en_GB';
import zh from 'antd/locale/zh_CN';
import { type ReactNode, useCallback, useMemo, useRef } from 'react';
import { useLook } from '../look/use-look.ts';
import { useSpeech } from '../words/words.tsx';
import { deskTheme } from './desk-theme.ts';
import './desk.css';

/** What stands on a page of the desk: the library's parts in the console's colours and language. Whatever opens over the page opens under the panel, so that nothing covers an emergency. */
export const DeskFrame = ({ children }: { readonly children: ReactNode }) => {
  const { language } = useSpeech();
  const { dark, colour } = useLook();
  const layer = useRef<HTMLDivElement>(null);
  const over = useCallback(() => layer.current ?? document.body, []);
  const theme = useMemo(() => deskTheme(dark, colour), [dark, colour]);
  return (
    <ConfigProvider
      theme={theme}
      locale={language === 'zh' ? zh : en}
      button={{ autoInsertSpace: false }}
      getPopupContainer={over}
    >
      <App component={false}>
        {children}
        <div ref={layer} className="desk-layer" />
      </App>
    </ConfigProvider>
  );
};
