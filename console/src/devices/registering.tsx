import { DeskFrame } from '../desk/desk-frame.tsx';
import { DeskSheet } from '../desk/desk-sheet.tsx';
import { usePageWords } from '../words/words.tsx';
import { DeviceForm } from './device-form.tsx';
import { texts } from './tending-words.ts';

/** Registers devices one by one, beside their list. */
export const Registering = (props: { readonly changed: () => void; readonly close: () => void }) => {
  const words = usePageWords(texts);
  return (
    <DeskFrame>
      <DeskSheet title={words.registerTitle} close={props.close}>
        <DeviceForm device={null} saved={props.changed} />
      </DeskSheet>
    </DeskFrame>
  );
};
