import type { NodeProps } from "@xyflow/react";
import { memo } from "react";
import { useShallow } from "zustand/react/shallow";
import { useFit } from "@/canvas/connecting";
import { useDetail } from "@/canvas/detail";
import { isFolded, type FlowNode } from "@/canvas/flow";
import { geometryOf } from "@/canvas/geometry";
import { familyOf, iconOf } from "@/canvas/looks";
import { PinHandle } from "@/canvas/PinHandle";
import { previewOf } from "@/canvas/preview";
import { problemsByNode } from "@/canvas/problems";
import { useEditor } from "@/editor/context";
import type { Editor } from "@/editor/store";
import { titleOf } from "@/graph/catalogue";
import { findNode, isDisabled, type NodeDocument } from "@/graph/document";
import { pinsOf, type NodePins, type Pin } from "@/graph/pins";
import type { Problem } from "@/graph/problems";
import { NodeRunBadge, useNodeStatus } from "@/run/NodeRunBadge";
import { InlineField } from "@/pins/InlineField";
import { Icon } from "@/ui/icons";

const NO_PINS: NodePins = { inputs: [], outputs: [] };

function pinsIn(editor: Editor, id: string): NodePins {
  const node = findNode(editor.document, id);
  return node ? pinsOf(node, editor.document, editor.catalogue) : NO_PINS;
}

/** One block of the graph. It draws itself anew only if something about this very node changed. */
export const BlockNode = memo(function BlockNode({
  id,
  selected,
  isConnectable,
}: NodeProps<FlowNode>) {
  const node = useEditor((editor) => findNode(editor.document, id));
  const detail = useDetail();
  if (!node) return null;
  return detail === "all" || detail === "values" ? (
    <FullNode node={node} selected={selected} isConnectable={isConnectable} />
  ) : (
    <SmallNode node={node} selected={selected} isNamed={detail === "title"} />
  );
});

/** The node from afar: its place, its colour, its name as long as it can be read. */
function SmallNode({
  node,
  selected,
  isNamed,
}: {
  readonly node: NodeDocument;
  readonly selected: boolean;
  readonly isNamed: boolean;
}) {
  const state = useNodeState(node);
  const title = useEditor((editor) => (isNamed ? titleOf(node, editor.catalogue) : null));
  return (
    <div className="node node--small" data-selected={selected || undefined} {...state}>
      {title && <span className="node__name">{title}</span>}
    </div>
  );
}

function FullNode({
  node,
  selected,
  isConnectable,
}: {
  readonly node: NodeDocument;
  readonly selected: boolean;
  readonly isConnectable: boolean;
}) {
  const pins = useEditor((editor) => pinsIn(editor, node.id));
  const { inputs, outputs } = geometryOf(pins, isFolded(node));
  const state = useNodeState(node);
  return (
    <div className="node" data-selected={selected || undefined} {...state}>
      <Header node={node} />
      {inputs.length + outputs.length > 0 && (
        <div className="node__pins">
          {inputs.map((pin) => (
            <InputRow key={pin.name} node={node.id} pin={pin} isConnectable={isConnectable} />
          ))}
          {outputs.map((pin) => (
            <OutputRow key={pin.name} pin={pin} isConnectable={isConnectable} />
          ))}
        </div>
      )}
      {isFolded(node) && <FoldedHandles pins={pins} isConnectable={isConnectable} />}
      <NodeRunBadge nodeId={node.id} />
    </div>
  );
}

/** Return what the node's looks depend on, as attributes. */
function useNodeState(node: NodeDocument) {
  const family = useEditor((editor) => familyOf(editor.catalogue.get(node.block_id)));
  const worst = useEditor((editor) => worstOf(problemsByNode(editor.problems).get(node.id)));
  const mark = useEditor((editor) => editor.marks?.nodes.get(node.id));
  return {
    "data-family": family,
    "data-problem": worst,
    "data-mark": mark,
    "data-disabled": isDisabled(node) || undefined,
    "data-run": useNodeStatus(node.id) ?? undefined,
  };
}

function worstOf(problems: readonly Problem[] | undefined): Problem["severity"] | undefined {
  if (!problems) return undefined;
  return problems.some((problem) => problem.severity === "error") ? "error" : "warning";
}

function Header({ node }: { readonly node: NodeDocument }) {
  const block = useEditor((editor) => editor.catalogue.get(node.block_id));
  const title = useEditor((editor) => titleOf(node, editor.catalogue));
  const blockTitle = block?.title ?? "Unknown block";
  return (
    <header className="node__head">
      <span className="node__icon">
        <Icon name={iconOf(block)} />
      </span>
      <span className="node__titles">
        <span className="node__title">{title}</span>
        {title !== blockTitle && <span className="node__block">{blockTitle}</span>}
      </span>
      <Badges node={node} />
    </header>
  );
}

function Badges({ node }: { readonly node: NodeDocument }) {
  const problems = useEditor(
    useShallow((editor) => problemsByNode(editor.problems).get(node.id) ?? NO_PROBLEMS),
  );
  return (
    <span className="node__badges">
      {isDisabled(node) && (
        <span className="node__badge" title="Disabled: left out of runs">
          <Icon name="disable" size={14} />
        </span>
      )}
      {node.metadata.pinned && (
        <span className="node__badge" title="Runs in the editor use pinned outputs">
          <Icon name="pin" size={14} />
        </span>
      )}
      {problems.length > 0 && (
        <span
          className="node__badge node__badge--problem"
          title={problems.map((problem) => problem.detail).join("\n")}
        >
          <Icon name="problems" size={14} />
          {problems.length > 1 && problems.length}
        </span>
      )}
    </span>
  );
}

const NO_PROBLEMS: readonly Problem[] = [];

const InputRow = memo(function InputRow({
  node,
  pin,
  isConnectable,
}: {
  readonly node: string;
  readonly pin: Pin;
  readonly isConnectable: boolean;
}) {
  const fit = useFit("target", pin.schema);
  const problem = useEditor((editor) =>
    problemsByNode(editor.problems)
      .get(node)
      ?.find((one) => one.pin === pin.name),
  );
  const preview = pin.linked ? null : previewOf(pin);
  return (
    <div
      className="pin"
      data-side="target"
      data-fit={fit ?? undefined}
      data-problem={problem?.severity}
      data-dynamic={pin.isDynamic || undefined}
      title={problem?.detail ?? pin.description}
    >
      <PinHandle pin={pin} side="target" isConnectable={isConnectable} />
      <span className="pin__name">
        {pin.title}
        {pin.required && (
          <span className="pin__required" aria-label="required">
            *
          </span>
        )}
      </span>
      {!pin.linked && (
        <InlineField
          node={node}
          pin={pin}
          text={preview?.text ?? ""}
          isGiven={preview?.isGiven ?? false}
        />
      )}
    </div>
  );
});

const OutputRow = memo(function OutputRow({
  pin,
  isConnectable,
}: {
  readonly pin: Pin;
  readonly isConnectable: boolean;
}) {
  const fit = useFit("source", pin.schema);
  return (
    <div
      className="pin"
      data-side="source"
      data-fit={fit ?? undefined}
      data-error={pin.name === "error" || undefined}
      data-dynamic={pin.isDynamic || undefined}
      title={pin.description}
    >
      <span className="pin__name">{pin.title}</span>
      <PinHandle pin={pin} side="source" isConnectable={isConnectable} />
    </div>
  );
});

/** The ends of a folded node's links, all at one place. New links are dropped on the node itself. */
function FoldedHandles({
  pins,
  isConnectable,
}: {
  readonly pins: NodePins;
  readonly isConnectable: boolean;
}) {
  const { inputs, outputs } = pins;
  const first = outputs.find((pin) => pin.linked) ?? outputs[0];
  const firstInput = inputs.find((pin) => pin.linked) ?? inputs[0];
  return (
    <>
      {firstInput && <PinHandle pin={firstInput} side="target" isConnectable={isConnectable} />}
      {first && <PinHandle pin={first} side="source" isConnectable={isConnectable} />}
    </>
  );
}
