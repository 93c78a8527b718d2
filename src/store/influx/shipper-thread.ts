import { parentPort, workerData } from 'node:worker_threads';
import { openForReading } from '../database.ts';
import { giveWay } from '../priority.ts';
import { openShippingCursors } from './cursors.ts';
import { makeOwedReadings } from './owed-readings.ts';
import { runShipper, type ShipperSetup } from './shipper.ts';

/** What the shipper thread is started with, beside what it needs of InfluxDB: the live database, the folder of day files, and the file that keeps how far it has come. */
export type ShipperThreadSetup = ShipperSetup & {
  readonly database: string;
  readonly readings: string;
  readonly shipping: string;
};

const port = parentPort;
if (port !== null) {
  giveWay(10);
  const setup = workerData as ShipperThreadSetup;
  const db = openForReading(setup.database);
  const cursors = openShippingCursors(setup.shipping);
  const owed = makeOwedReadings(db, setup.readings, cursors);
  const close = (): void => {
    owed.close();
    cursors.close();
    db.close();
  };
  runShipper(setup, { ...owed, close }, port);
}
