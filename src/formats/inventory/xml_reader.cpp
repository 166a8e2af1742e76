#include "formats/inventory/xml_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.hpp"
#include "formats/cvrf/xml.hpp"

namespace tocsin::formats::inventory {
namespace {

constexpr std::size_t kDepthMax = 64;
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view local(std::string_view name) noexcept {
  const auto colon = name.find(':');
  return colon == std::string_view::npos ? name : name.substr(colon + 1);
}

}  // namespace

Error XmlReader::wrong(std::string message) const {
  return Error::invalid(std::move(message), cvrf::xml_place(text_, std::min(at_, text_.size())));
}

std::string_view XmlReader::attribute(std::string_view local_name) const noexcept {
  const auto found =
      std::ranges::find_if(attributes_, [&](const auto& each) { return local(each.first) == local_name; });
  return found == attributes_.end() ? std::string_view{} : std::string_view{found->second};
}

void XmlReader::skip_blanks() noexcept { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }

std::string_view XmlReader::read_name() noexcept {
  const auto begin = at_;
  at_ = std::min(text_.find_first_of(" \t\r\n/>=<\"'&", at_), text_.size());
  return text_.substr(begin, at_ - begin);
}

Result<XmlReader::Piece> XmlReader::next() {
  if (ends_at_once_) {
    ends_at_once_ = false;
    name_ = local(open_.back());
    open_.pop_back();
    attributes_.clear();
    return Piece::end;
  }
  for (;;) {
    if (at_ >= text_.size()) {
      if (!open_.empty()) return wrong(fmt::format("ends inside of '{}'", text::shorten(open_.back(), 40)));
      if (!had_root_) return wrong("has no root element");
      return Piece::done;
    }
    if (text_[at_] != '<') {
      const auto end = std::min(text_.find('<', at_), text_.size());
      piece_.clear();
      if (auto problem = cvrf::append_xml_text(piece_, text_.substr(at_, end - at_))) return wrong(std::move(*problem));
      if (open_.empty() && piece_.find_first_not_of(kBlanks) != std::string::npos) {
        return wrong("has text outside of the root element");
      }
      at_ = end;
      if (open_.empty()) continue;
      return Piece::text;
    }
    const auto rest = text_.substr(at_);
    const auto pass_over = [&](std::string_view opening, std::string_view closing) -> Result<bool> {
      if (!rest.starts_with(opening)) return false;
      const auto end = text_.find(closing, at_ + opening.size());
      if (end == std::string_view::npos) return wrong(fmt::format("'{}' is never closed", opening));
      piece_ = text_.substr(at_ + opening.size(), end - at_ - opening.size());
      at_ = end + closing.size();
      return true;
    };
    TRY(const bool is_comment, pass_over("<!--", "-->"));
    if (is_comment) continue;
    TRY(const bool is_instruction, pass_over("<?", "?>"));
    if (is_instruction) continue;
    TRY(const bool is_verbatim, pass_over("<![CDATA[", "]]>"));
    if (is_verbatim && open_.empty()) return wrong("has text outside of the root element");
    if (is_verbatim) return Piece::text;
    if (rest.starts_with("<!")) return wrong("has a declaration, which is refused: entities could hide in it");
    return read_markup();
  }
}

Result<XmlReader::Piece> XmlReader::read_markup() {
  if (text_.substr(at_, 2) != "</") return read_begin();
  at_ += 2;
  const auto name = read_name();
  skip_blanks();
  if (at_ >= text_.size() || text_[at_] != '>') return wrong("an end tag is not closed");
  if (open_.empty() || open_.back() != name)
    return wrong(fmt::format("'{}' ends, but did not begin", text::shorten(name, 40)));
  ++at_;
  name_ = local(name);
  open_.pop_back();
  attributes_.clear();
  return Piece::end;
}

Result<XmlReader::Piece> XmlReader::read_begin() {
  ++at_;
  const auto name = read_name();
  if (name.empty() || name.size() > cvrf::kNameBytesMax)
    return wrong("an element has no name, or one that is too long");
  if (open_.empty() && had_root_) return wrong("has a second root element");
  if (open_.size() == kDepthMax) return wrong(fmt::format("elements are nested more than {} deep", kDepthMax));
  had_root_ = true;
  attributes_.clear();
  for (;;) {
    const auto before = at_;
    skip_blanks();
    if (at_ >= text_.size()) return wrong("an element is never closed");
    if (text_[at_] == '>' || text_.substr(at_, 2) == "/>") break;
    if (at_ == before) return wrong("an attribute is expected after a blank");
    TRY_VOID(read_attribute());
  }
  ends_at_once_ = text_[at_] == '/';
  at_ += ends_at_once_ ? 2 : 1;
  open_.push_back(name);
  name_ = local(name);
  return Piece::begin;
}

Status XmlReader::read_attribute() {
  if (attributes_.size() == cvrf::kAttributesMax) {
    return wrong(fmt::format("has more than {} attributes", cvrf::kAttributesMax));
  }
  const auto name = read_name();
  skip_blanks();
  if (name.empty() || name.size() > cvrf::kNameBytesMax || at_ >= text_.size() || text_[at_] != '=') {
    return wrong("an attribute is written NAME=\"VALUE\"");
  }
  ++at_;
  skip_blanks();
  if (at_ >= text_.size() || (text_[at_] != '"' && text_[at_] != '\''))
    return wrong("an attribute's value has no quotes");
  const auto close = text_.find(text_[at_], at_ + 1);
  if (close == std::string_view::npos) return wrong("an attribute's value is never closed");
  std::string value;
  const auto raw = text_.substr(at_ + 1, close - at_ - 1);
  if (raw.find('<') != std::string_view::npos) return wrong("an attribute's value holds a '<'");
  if (auto problem = cvrf::append_xml_text(value, raw)) return wrong(std::move(*problem));
  if (std::ranges::any_of(attributes_, [&](const auto& each) { return each.first == name; })) {
    return wrong(fmt::format("has the attribute '{}' twice", text::shorten(name, 40)));
  }
  attributes_.emplace_back(name, std::move(value));
  at_ = close + 1;
  return ok();
}

}  // namespace tocsin::formats::inventory
