#include "cli/columns.hpp"
#include "cli/commands.hpp"
#include "formats/vers/native.hpp"
#include "formats/vers/range.hpp"
#include "formats/vers/vendor_text.hpp"

namespace tocsin::cli {
namespace {

namespace vers = formats::vers;

Result<std::string> compare(Columns columns) {
  const auto order = vers::compare(columns[0], columns[1], columns[2]);
  if (!order) return order.error();
  return std::string{*order < 0 ? "<" : *order > 0 ? ">" : "="};
}

Result<std::string> contains(Columns columns) {
  const auto range = vers::parse(columns[0]);
  if (!range) return range.error();
  const auto in = vers::contains(*range, columns[1]);
  if (!in) return in.error();
  return std::string{*in ? "true" : "false"};
}

Result<std::string> canonical(Columns columns) { return vers::canonical(columns[0]); }

Result<std::string> from_native(Columns columns) {
  const auto range = vers::from_native(columns[0], columns[1]);
  if (!range) return range.error();
  return vers::to_text(*range);
}

/// Columns: branch category, product, text, version.
Result<std::string> affected(Columns columns) {
  const auto kind = vers::parse_branch_kind(columns[0]);
  if (!kind) {
    return Error::invalid(fmt::format("'{}' is no branch category of CSAF, such as product_version_range", columns[0]));
  }
  const auto answer = vers::affects(vers::read_vendor_text(*kind, columns[1], columns[2]), columns[3]);
  switch (answer.answer) {
    case vers::Affected::Answer::yes:
      return std::string{"yes"};
    case vers::Affected::Answer::no:
      return std::string{"no"};
    case vers::Affected::Answer::ask:
      break;
  }
  return "ask: " + answer.question;
}

}  // namespace

int run_vers(const CommandLine& line) {
  switch (line.command) {
    case Command::vers_compare:
      return answer_all(line.texts, 3, compare);
    case Command::vers_contains:
      return answer_all(line.texts, 2, contains);
    case Command::vers_canonical:
      return answer_all(line.texts, 1, canonical);
    case Command::vers_from_native:
      return answer_all(line.texts, 2, from_native);
    default:
      break;
  }
  if (line.texts == std::vector<std::string>{"-"}) return answer_all(line.texts, 4, affected);
  auto columns = line.texts;
  columns.insert(columns.begin(), {line.branch, line.product});
  return answer_all(columns, 4, affected);
}

}  // namespace tocsin::cli
