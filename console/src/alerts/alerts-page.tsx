import type { DeskPageProps } from '../desk/desk-page.ts';

/** TO BE WRITTEN on its branch. */
export const DeskPage = (_props: DeskPageProps) => <main data-page="alerts" />;
