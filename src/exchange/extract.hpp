#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "formats/document/document.hpp"

/// A file about threats - a text, Markdown, HTML, a mail, a PDF - and what is found in it. Page, API and command line
/// call this. Stores nothing.
namespace tocsin::exchange {

struct Extracted {
  formats::document::Document document;
  std::vector<formats::document::Hit> hits;
};

/// `format`: what it is, where that is known; else the bytes and the name say it. Errors: too_large; invalid_input for
/// what is none of these; of PDFs, those of pdf_text.
Result<Extracted> extract(std::string_view bytes, std::string_view file_name,
                          std::optional<formats::document::Format> format = {});

}  // namespace tocsin::exchange
