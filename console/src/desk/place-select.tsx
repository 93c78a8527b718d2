import { TreeSelect } from 'antd';
import { useMemo } from 'react';
import { readPlaces } from '../server/gateway.ts';
import { useAnswer } from '../server/use-answer.ts';
import { type PlaceNode, placeTree } from './place-tree.ts';

type Shared = {
  readonly id?: string;
  readonly label: string;
  readonly disabled?: boolean;
};

const useTree = (): readonly PlaceNode[] => {
  const { answer } = useAnswer(readPlaces);
  return useMemo(() => placeTree(answer?.ok === true ? answer.value : []), [answer]);
};

const look = {
  allowClear: true,
  // What was chosen says where it is: many homes are called 101.
  treeNodeLabelProp: 'said',
  showSearch: { treeNodeFilterProp: 'said' },
  popupMatchSelectWidth: 320,
  listHeight: 320,
  style: { minWidth: '12rem' },
} as const;

const given = ({ id, label, disabled = false }: Shared) => ({
  ...(id === undefined ? {} : { id }),
  'aria-label': label,
  placeholder: label,
  disabled,
});

/** Chooses one place, with all that lies below it; null = none. */
export const PlaceSelect = (
  props: Shared & { readonly value?: string | null; readonly onChange?: (place: string | null) => void },
) => {
  const tree = useTree();
  return (
    <TreeSelect<string>
      {...look}
      {...given(props)}
      treeData={tree as never}
      treeDefaultExpandedKeys={tree.map(({ value }) => value)}
      value={props.value ?? (null as never)}
      onChange={(place) => props.onChange?.(place ?? null)}
    />
  );
};

/** Chooses several places, each with all that lies below it. */
export const PlacesSelect = (
  props: Shared & {
    readonly value?: readonly string[];
    readonly onChange?: (places: readonly string[]) => void;
  },
) => {
  const tree = useTree();
  return (
    <TreeSelect<string[]>
      {...look}
      {...given(props)}
      multiple
      treeData={tree as never}
      treeDefaultExpandedKeys={tree.map(({ value }) => value)}
      value={[...(props.value ?? [])]}
      onChange={(places) => props.onChange?.(places ?? [])}
    />
  );
};
