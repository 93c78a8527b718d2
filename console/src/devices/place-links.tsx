import type { Place } from '../../../src/model/place.ts';
import { placeHref } from '../address.ts';

/** A place from its widest part down to itself, each part a link to its page. */
export const PlaceLinks = ({ place }: { readonly place: Place }) => (
  <span className="place-links">
    {place.path.map(({ id, name }, index) => (
      <span key={id}>
        {index > 0 && <i aria-hidden="true"> › </i>}
        <a href={placeHref(id)}>{name}</a>
      </span>
    ))}
  </span>
);
