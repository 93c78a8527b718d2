import { theme as looks, type ThemeConfig } from 'antd';

/** The console's colours as the library's parts use them, in both looks: text, placeholders and what is out of use can be read (4.5 : 1), and the edge of a field can be seen (3 : 1). `colour` answers a colour by the name of its custom property. */
export const deskTheme = (dark: boolean, colour: (name: string) => string): ThemeConfig => {
  const main = colour('--main');
  const ink = colour('--ink');
  const soft = colour('--soft');
  const paper = colour('--paper');
  const ground = colour('--ground');
  const edge = colour('--edge');
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
      colorTextHeading: ink,
      colorTextSecondary: soft,
      colorTextTertiary: soft,
      colorTextQuaternary: soft,
      colorTextDescription: soft,
      colorTextLabel: soft,
      colorTextPlaceholder: soft,
      colorTextDisabled: soft,
      colorTextLightSolid: colour('--main-ink'),
      colorLinkHover: ink,
      colorIcon: soft,
      colorBgContainer: paper,
      colorBgElevated: paper,
      colorBgLayout: ground,
      colorBgContainerDisabled: ground,
      // What lies over the page to explain something: the page's own colours turned round.
      colorBgSpotlight: ink,
      colorErrorBg: paper,
      colorWarningBg: paper,
      colorSuccessBg: paper,
      colorInfoBg: paper,
      colorBorder: colour('--field'),
      colorBorderDisabled: edge,
      colorBorderSecondary: edge,
      fontFamily: 'inherit',
      fontSize: 15,
      borderRadius: 4,
      motion: false,
    },
    components: {
      Table: { headerBg: ground, headerColor: ink, cellPaddingBlock: 8 },
      Segmented: {
        trackBg: paper,
        itemSelectedBg: main,
        itemSelectedColor: colour('--main-ink'),
      },
    },
  };
};
