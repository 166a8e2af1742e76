#include "exchange/extract.hpp"

#include "exchange/pdf_text.hpp"

namespace tocsin::exchange {

Result<Extracted> extract(std::string_view bytes, std::string_view file_name,
                          std::optional<formats::document::Format> format) {
  if (bytes.size() > formats::document::kDocumentBytesMax) {
    return Error::too_large("file", formats::document::kDocumentBytesMax);
  }
  if (!format) {
    TRY(format, formats::document::recognise(bytes, file_name));
  }
  Extracted out;
  if (*format == formats::document::Format::pdf) {
    TRY(const auto pdf, pdf_text(bytes));
    out.document = formats::document::of_pages(pdf.pages, pdf.title);
    out.document.cut = out.document.cut || pdf.cut;
  } else {
    TRY(out.document, formats::document::read(bytes, *format));
  }
  out.hits = formats::document::hits_of(out.document);
  return out;
}

}  // namespace tocsin::exchange
