import { readReference } from "@/api/files";
import { useUrls } from "@/run/context";
import { bytesOf, endingOf, parseDataUri, sizeOf } from "@/run/values/datauri";
import { fileUrl, type Place } from "@/run/values/places";
import { bytes } from "@/run/values/text";

export interface FileProps {
  /** A `data:` URI, the name of a file of the run, or the reference of one that was sent in. */
  readonly text: string;
  readonly place: Place | undefined;
  /** The text is only the beginning: the server has the rest. */
  readonly isCut?: boolean;
}

/** A file to keep. It is never opened in the page, whatever it says it is. */
export function FileValue({ text, place, isCut }: FileProps) {
  const urls = useUrls();
  const uri = parseDataUri(text);
  if (uri && !isCut) {
    const name = `output${endingOf(uri.mediaType)}`;
    return (
      <p className="file-value">
        <button type="button" className="button button--small" onClick={() => keep(text, name)}>
          Download {name}
        </button>
        <span className="muted small">
          {uri.mediaType}, {bytes(sizeOf(uri))}
        </span>
      </p>
    );
  }
  if (!place) return <p className="muted">A file: {text.slice(0, 80)}</p>;
  const sent = readReference(text);
  const ending = uri ? endingOf(uri.mediaType) : text.slice(64);
  const name = sent?.name ?? `output${ending}`;
  return (
    <p className="file-value">
      <a className="button button--small" href={fileUrl(urls, place)} download={name}>
        Download {name}
      </a>
      <span className="muted small">{sent ? "A file that was sent in" : "A file of this run"}</span>
    </p>
  );
}

/** A picture in the page. As an image it runs no script, not even an SVG's. */
export function ImageValue({ text, place, isCut }: FileProps) {
  const urls = useUrls();
  const isHere = text.startsWith("data:") && !isCut;
  const source = isHere ? text : place && fileUrl(urls, place);
  if (source === undefined) return <p className="muted">A picture: {text.slice(0, 80)}</p>;
  return <img className="image-value" src={source} alt="The picture that the block gave" />;
}

function keep(text: string, name: string): void {
  const uri = parseDataUri(text);
  if (!uri) return;
  const blob = new Blob([bytesOf(uri)], { type: "application/octet-stream" });
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
