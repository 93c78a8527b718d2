import { App, ConfigProvider, theme as looks, type ThemeConfig } from 'antd';
import en from 'antd/locale/en_GB';
import zh from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/en-gb';
import 'dayjs/locale/zh-cn';
import { type ReactNode, useMemo } from 'react';
import { useLook } from '../look/use-look.ts';
import { useSpeech } from '../words/words.tsx';
import './desk.css';

/** What stands on a page of the desk: the library's parts in the console's colours and language. */
export const DeskFrame = ({ children }: { readonly children: ReactNode }) => {
  const { language } = useSpeech();
  const { dark, colour } = useLook();
  // Read by the date pickers where they are drawn.
  dayjs.locale(language === 'zh' ? 'zh-cn' : 'en-gb');
  const theme = useMemo((): ThemeConfig => {
    const [main, ink, paper, ground, edge] = ['--main', '--ink', '--paper', '--ground', '--edge'].map(colour);
    return {
      algorithm: dark ? looks.darkAlgorithm : looks.defaultAlgorithm,
      token: {
        colorPrimary: main,
        colorLink: main,
        colorInfo: main,
        colorError: colour('--critical'),
        colorWarning: colour('--high'),
        colorSuccess: colour('--good'),
        colorTextBase: ink,
        colorText: ink,
        colorTextSecondary: colour('--soft'),
        colorTextPlaceholder: colour('--soft'),
        colorTextLightSolid: colour('--main-ink'),
        colorBgContainer: paper,
        colorBgElevated: paper,
        colorBgLayout: ground,
        colorBorder: edge,
        colorBorderSecondary: edge,
        fontFamily: 'inherit',
        fontSize: 15,
        borderRadius: 4,
        motion: false,
      },
      components: { Table: { headerBg: ground, cellPaddingBlock: 8 } },
    } as ThemeConfig;
  }, [dark, colour]);
  return (
    <ConfigProvider theme={theme} locale={language === 'zh' ? zh : en} button={{ autoInsertSpace: false }}>
      <App component={false}>{children}</App>
    </ConfigProvider>
  );
};
