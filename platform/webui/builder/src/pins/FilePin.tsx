/**
 * A file, carried in the value as a `data:` URI; or the address of one.
 *
 * The server has no store for files yet: what a node or a run is given travels inside the graph
 * or the run's inputs, and may be as large as a value of a run.
 */
import { useRef, useState } from "react";
import { ariaOf, type ControlProps } from "@/pins/control";
import { asDataUri } from "@/pins/files";
import { dataFile, sizeText } from "@/pins/values";
import { readSettings } from "@/settings";

export function FilePin(props: ControlProps) {
  const { field, value, onChange, id, describedBy, disabled } = props;
  const [problem, setProblem] = useState<string | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const held = typeof value === "string" ? dataFile(value) : null;
  const problemId = `${id}-file`;

  async function take(file: File | undefined) {
    setProblem(null);
    if (!file) return;
    try {
      onChange(await asDataUri(file, readSettings().largest_file), "click");
    } catch (error) {
      setProblem(error instanceof Error ? error.message : "The file could not be read.");
    }
  }

  return (
    <div
      className="file-pin"
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        event.stopPropagation();
        if (!disabled) void take(event.dataTransfer.files[0]);
      }}
    >
      {held ? (
        <p className="file-pin__held">
          <strong>{held.type}</strong> {sizeText(held.size)}
        </p>
      ) : (
        <input
          type="text"
          dir="ltr"
          aria-label={`Address of ${props.label ?? field.title}`}
          placeholder="https://… or choose a file"
          disabled={disabled}
          value={typeof value === "string" ? value : ""}
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
            void take(event.target.files?.[0]);
            event.target.value = ""; // the same file may be chosen again
          }}
        />
      </span>
      {problem && (
        <p id={problemId} className="field__errors" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}
