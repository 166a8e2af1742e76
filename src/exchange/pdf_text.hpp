#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// The text of a PDF from outside. It is never parsed in this process: a child of the same program does that, with
/// little that it may take or touch (docs/decisions/0045-pdf-in-a-child.md).
namespace tocsin::exchange {

/// What `main` is called with to be that child.
inline constexpr std::string_view kPdfCommand = "extract-pdf";

struct PdfLimits {
  int deadline_ms = 30'000;
  std::size_t text_bytes_max = std::size_t{4} << 20;
};

struct PdfText {
  std::string title;
  std::vector<std::string> pages;  ///< UTF-8 as far as the child is to be trusted.
  bool cut = false;                ///< There was more than is read.
};

/// Which program is started to read PDFs: once, before any thread. None: PDFs are refused.
void set_pdf_program(std::string path);
/// Blocks until the child has ended; at most two at a time in a process. Errors: invalid_input for what is encrypted,
/// no PDF, or has no text; too_large; timeout; unavailable where others are being read, or no child can be started.
Result<PdfText> pdf_text(std::string_view bytes, const PdfLimits& limits = {});

}  // namespace tocsin::exchange
