#include "cli/one_document.hpp"

#include "exchange/source.hpp"

namespace tocsin::cli {

Result<std::string> read_one_document(const std::string& path) {
  std::optional<std::string> bytes;
  bool several = false;
  std::optional<Error> bad;
  exchange::SourceEvents events;
  events.visit = [&](exchange::SourceDocument document) -> Status {
    several = several || bytes.has_value();
    bytes = std::move(document.bytes);
    return ok();
  };
  events.bad = [&](const std::string&, Error error) { bad = std::move(error); };
  TRY_VOID(exchange::read_source(path, {}, events));
  if (bad) return Error::invalid(bad->message, path);
  if (!bytes) return Error::invalid("holds no document", path);
  if (several) return Error::invalid("holds several documents; one is expected", path);
  return std::move(*bytes);
}

Error in_file(const std::string& path, Error error) {
  error.where = error.where.empty() ? path : path + ":" + error.where;
  return error;
}

}  // namespace tocsin::cli
