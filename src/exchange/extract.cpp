#include "exchange/extract.hpp"

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
  TRY(out.document, formats::document::read(bytes, *format));
  out.hits = formats::document::hits_of(out.document);
  return out;
}

}  // namespace tocsin::exchange
