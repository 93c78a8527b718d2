/** A telephone number that a desk with a telephone dials at a click; what cannot be dialled stands as it is. */
export const Phone = ({ number, label }: { readonly number: string; readonly label?: string }) => {
  const digits = number.replace(/[^+\d]/g, '');
  return digits === '' ? (
    <span className="phone">{label ?? number}</span>
  ) : (
    <a className="phone" href={`tel:${digits}`}>
      {label ?? number}
    </a>
  );
};
