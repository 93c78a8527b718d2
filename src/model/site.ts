import { z } from 'zod';
import { Id, Moment } from './text.ts';

/** A point on the ground: degrees of longitude and latitude, in whatever one system the street's plan is drawn in (WGS 84, or GCJ-02 as Chinese maps have it). */
export const Point = z.tuple([z.number().min(-180).max(180), z.number().min(-85).max(85)]).readonly();
export type Point = z.infer<typeof Point>;

/** `PUT /places/{id}/site`: where a place stands, and the outline of its ground plan where it has been drawn. */
export const NewSite = z.strictObject({ at: Point, outline: z.array(Point).min(3).max(200).optional() });
export type NewSite = Readonly<z.infer<typeof NewSite>>;

/** Where a place stands on the ground. */
export const Site = NewSite.extend({ place: Id, since: Moment, by: z.string() });
export type Site = Readonly<z.infer<typeof Site>>;

/** A site as a map needs it. */
export const SiteOnMap = Site.omit({ since: true, by: true });
export type SiteOnMap = Readonly<z.infer<typeof SiteOnMap>>;

/** Pictures of the ground: the address of each with `{z}`, `{x}` and `{y}` in it (squares of the Web Mercator projection), and whom to name for them. They must be drawn in the system of the sites. */
export const MapTiles = z.object({ url: z.string(), attribution: z.string().nullable() });
export type MapTiles = Readonly<z.infer<typeof MapTiles>>;

/** `GET /sites`: where places stand, and what pictures lie under them; no `tiles` = none. */
export const SiteList = z.object({ sites: z.array(SiteOnMap), tiles: MapTiles.optional() });
export type SiteList = Readonly<z.infer<typeof SiteList>>;
