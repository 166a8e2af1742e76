#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// XML read piece by piece, for what is too large for a tree: a worksheet has millions of cells. As strict as
/// cvrf::parse_xml: no document type declaration, XML's own five entities only.
namespace tocsin::formats::inventory {

class XmlReader {
 public:
  enum class Piece { begin, end, text, done };

  /// Well-formed UTF-8 (cvrf::xml_in_utf8), which must outlive the reader.
  explicit XmlReader(std::string_view text) : text_(text) {}

  /// Comments and processing instructions are passed over; text comes in one piece or several. After done: done.
  /// Errors: invalid_input with `where` = "LINE:COLUMN".
  Result<Piece> next();

  /// Of the element that begins or ends: its name without prefix.
  std::string_view name() const noexcept { return name_; }
  /// Of the element that begins: the attribute's value by its name without prefix; empty where there is none.
  std::string_view attribute(std::string_view local_name) const noexcept;
  const std::string& text() const noexcept { return piece_; }
  std::size_t depth() const noexcept { return open_.size(); }
  /// An error at where the reader stands.
  Error wrong(std::string message) const;

 private:
  Result<Piece> read_markup();
  Result<Piece> read_begin();
  Status read_attribute();
  std::string_view read_name() noexcept;
  void skip_blanks() noexcept;

  std::string_view text_, name_;
  std::size_t at_ = 0;
  std::vector<std::string_view> open_;  ///< With prefix.
  std::vector<std::pair<std::string_view, std::string>> attributes_;
  std::string piece_;
  bool ends_at_once_ = false, had_root_ = false;
};

}  // namespace tocsin::formats::inventory
