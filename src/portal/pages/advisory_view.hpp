#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "portal/html/safe.hpp"
#include "portal/pages/advisory_load.hpp"
#include "portal/tools/conversion.hpp"

/// What the files that render an advisory share among themselves; others take advisory_parts.hpp.
namespace tocsin::portal::pages {

/// What is rendered, and where: on a page of the portal with its links, or alone in a file.
struct View {
  const ReadAdvisory& read;
  std::optional<domain::Tlp> tlp;
  const LoadedAdvisory* stored = nullptr;  ///< nullptr in a file.
};

inline html::Html finish(std::string& out) { return html::Html::from_trusted(std::move(out)); }

/// Forms of a document beside those that have a rendering of their own; where they are, and what their routes are
/// called. What the document is already is not offered.
struct OtherForm {
  tools::Form form;
  std::string_view ending, name;
};
inline constexpr OtherForm kOtherForms[] = {
    {tools::Form::csaf_2_1, ".csaf-2.1.json", "document_csaf_2_1"},
    {tools::Form::csaf_2_0, ".csaf-2.0.json", "document_csaf_2_0"},
    {tools::Form::openvex, ".openvex.json", "document_openvex"},
    {tools::Form::cyclonedx_vex, ".cdx.json", "document_cyclonedx"},
    {tools::Form::markdown, ".md", "document_markdown"},
    {tools::Form::text, ".txt", "document_text"},
};

/// A link within the portal. A file has no portal around it, so there the text stands alone.
void portal_link(std::string& out, const View& view, std::string path, std::string_view text);
/// A link out of a document; the text alone where its URL may not stand in one.
void external_link(std::string& out, const html::Url& url, std::string_view text);

/// A warning of extensions that nobody here knows; empty where there are none.
html::Html extensions_html(const View& view);

// What comes below the vulnerabilities; empty where the document has nothing to it.
html::Html notes_html(const View& view);
html::Html references_html(const View& view);
html::Html history_html(const View& view);
html::Html quality_html(const View& view);
html::Html files_html(const View& view);

}  // namespace tocsin::portal::pages
