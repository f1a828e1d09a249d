"use strict";

// For Swagger UI: above an operation's responses, the lines of code that the description has for it, in the language chosen last.

const LANGUAGE = "code-language";

function CodeSamples({ React }) {
  const make = React.createElement;

  function Samples({ samples }) {
    const [language, choose] = React.useState(localStorage.getItem(LANGUAGE) || "curl");
    const shown = samples.find((sample) => sample.label === language) || samples[0];
    const pick = (label) => {
      localStorage.setItem(LANGUAGE, label);
      choose(label);
    };
    const buttons = samples.map(({ label }) =>
      make("button", { key: label, type: "button", "aria-pressed": label === shown.label, onClick: () => pick(label) }, label));
    const copy = navigator.clipboard && make(Copy, { key: "copy", text: shown.source });
    return make("section", { className: "code-samples", "aria-label": "Code" },
      make("div", { className: "code-languages", role: "group", "aria-label": "Language" }, buttons, copy),
      make("pre", { tabIndex: 0 }, make("code", null, shown.source)));
  }

  function Copy({ text }) {
    const [copied, tell] = React.useState("");
    const copy = () => navigator.clipboard.writeText(text).then(() => tell(text), () => tell(""));
    return make("button", { type: "button", className: "code-copy", onClick: copy, "aria-live": "polite" }, copied === text ? "Copied" : "Copy");
  }

  return {
    wrapComponents: {
      responses: (Responses, { specSelectors }) => (props) => {
        const samples = specSelectors.specJson().getIn(["paths", props.path, props.method, "x-codeSamples"]);
        return make(React.Fragment, null, samples && make(Samples, { samples: samples.toJS() }), make(Responses, props));
      },
    },
  };
}
