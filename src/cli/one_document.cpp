#include "cli/one_document.hpp"

#include <algorithm>
#include <fstream>
#include <iostream>
#include <vector>

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

Result<std::string> read_file(const std::string& path, std::size_t bytes_max, std::string_view cannot_read) {
  std::ifstream file;
  if (path != "-") {
    file.open(path, std::ios::binary);
    if (!file) return Error{Error::Code::not_found, std::string{cannot_read}, path, {}};
  }
  auto& in = path == "-" ? std::cin : static_cast<std::istream&>(file);
  std::string bytes;
  std::vector<char> piece(std::size_t{1} << 16);
  while (bytes.size() <= bytes_max) {
    in.read(piece.data(), static_cast<std::streamsize>(std::min(piece.size(), bytes_max + 1 - bytes.size())));
    if (in.gcount() == 0) break;
    bytes.append(piece.data(), static_cast<std::size_t>(in.gcount()));
  }
  return bytes;
}

Error in_file(const std::string& path, Error error) {
  error.where = error.where.empty() ? path : path + ":" + error.where;
  return error;
}

}  // namespace tocsin::cli
