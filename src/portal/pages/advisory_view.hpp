#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "portal/html/safe.hpp"
#include "portal/pages/advisory_load.hpp"

/// What the files that render an advisory share among themselves; others take advisory_parts.hpp.
namespace tocsin::portal::pages {

/// What is rendered, and where: on a page of the portal with its links, or alone in a file.
struct View {
  const ReadAdvisory& read;
  std::optional<domain::Tlp> tlp;
  const LoadedAdvisory* stored = nullptr;  ///< nullptr in a file.
};

inline html::Html finish(std::string& out) { return html::Html::from_trusted(std::move(out)); }

/// A link within the portal. A file has no portal around it, so there the text stands alone.
void portal_link(std::string& out, const View& view, std::string path, std::string_view text);
/// A link out of a document; the text alone where its URL may not stand in one.
void external_link(std::string& out, const html::Url& url, std::string_view text);

// What comes below the vulnerabilities; empty where the document has nothing to it.
html::Html notes_html(const View& view);
html::Html references_html(const View& view);
html::Html history_html(const View& view);
html::Html quality_html(const View& view);
html::Html files_html(const View& view);

}  // namespace tocsin::portal::pages
