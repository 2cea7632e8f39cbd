/**
 * A file. What is chosen is sent to the server, and the value is a reference to it; a value may
 * also carry its file as a `data:` URI, as agents from elsewhere do, or be any other address.
 */
import { useRef } from "react";
import { ariaOf, type ControlProps } from "@/pins/control";
import { HeldFile } from "@/pins/HeldFile";
import { useSending } from "@/pins/sending";
import { heldFile } from "@/pins/values";

export function FilePin(props: ControlProps) {
  const { field, value, onChange, id, describedBy, disabled } = props;
  const { sending, problem, send, cancel } = useSending(onChange);
  const chooser = useRef<HTMLInputElement>(null);
  const text = typeof value === "string" ? value : "";
  const held = heldFile(text);
  const problemId = `${id}-file`;

  return (
    <div
      className="file-pin"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (!disabled) send(event.dataTransfer.files[0]);
      }}
    >
      {held ? (
        <HeldFile file={held} />
      ) : (
        <input
          type="text"
          dir="ltr"
          aria-label={`Address of ${props.label ?? field.title}`}
          placeholder="Choose a file, or drop it here"
          disabled={disabled}
          value={text}
          onChange={(event) => onChange(event.target.value || undefined, "typing")}
        />
      )}
      <span className="actions">
        <input
          {...ariaOf(props)}
          ref={chooser}
          type="file"
          aria-describedby={[describedBy, problem ? problemId : ""].filter(Boolean).join(" ")}
          onChange={(event) => {
            send(event.target.files?.[0]);
            event.target.value = ""; // the same file may be chosen again
          }}
        />
      </span>
      {sending && (
        <div className="file-pin__sending">
          <progress max={1} value={sending.share} aria-label={`Sending ${sending.name}`} />
          <span className="small">
            {sending.share < 1 ? `${Math.floor(sending.share * 100)} %` : "Being kept…"}
          </span>
          <button
            type="button"
            className="button button--small"
            onClick={() => {
              cancel();
              chooser.current?.focus();
            }}
          >
            Cancel
          </button>
        </div>
      )}
      {problem && (
        <p id={problemId} className="field__errors" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
