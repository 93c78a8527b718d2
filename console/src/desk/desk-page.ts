/** What every page of the desk is given: what its address says behind its name, and the way to an alert's detail. */
export type DeskPageProps = {
  readonly rest: string | null;
  readonly query: string;
  readonly openAlert: (id: string) => void;
};
