#include "portal/http/target.hpp"

#include <gtest/gtest.h>

namespace tocsin::portal::http {
namespace {

struct TargetCase {
  std::string name, target, path;
  std::vector<std::pair<std::string, std::string>> query;
};
void PrintTo(const TargetCase& each, std::ostream* out) { *out << each.target; }
class GoodTarget : public ::testing::TestWithParam<TargetCase> {};
TEST_P(GoodTarget, IsSplitAndDecoded) {
  const auto target = parse_target(GetParam().target);
  ASSERT_TRUE(target.has_value()) << target.error().to_string();
  EXPECT_EQ(target->path, GetParam().path);
  EXPECT_EQ(target->query.list(), GetParam().query);
}
INSTANTIATE_TEST_SUITE_P(
    Table, GoodTarget,
    ::testing::Values(TargetCase{"Root", "/", "/", {}}, TargetCase{"Segments", "/a/b/c", "/a/b/c", {}},
                      TargetCase{"TrailingSlash", "/a/", "/a/", {}}, TargetCase{"EncodedBlank", "/a%20b", "/a b", {}},
                      TargetCase{"PlusIsAPlusInPaths", "/a+b", "/a+b", {}},
                      TargetCase{"Utf8", "/Gro%C3%9F", "/Groß", {}},
                      TargetCase{"RawUtf8", "/Groß?q=Öl", "/Groß", {{"q", "Öl"}}},
                      TargetCase{"RawPunctuation", "/a|b[1]\"{x}^?q=[a]|\"b\"", "/a|b[1]\"{x}^", {{"q", "[a]|\"b\""}}},
                      TargetCase{"EncodedPercent", "/100%25", "/100%", {}},
                      TargetCase{"DotsInNames", "/a..b/.c", "/a..b/.c", {}},
                      TargetCase{"Query", "/a?x=1&x=2&y=", "/a", {{"x", "1"}, {"x", "2"}, {"y", ""}}},
                      TargetCase{"PlusIsABlankInQueries", "/a?q=a+b%2Bc", "/a", {{"q", "a b+c"}}},
                      TargetCase{"NameOnly", "/a?x", "/a", {{"x", ""}}}, TargetCase{"EmptyQuery", "/a?", "/a", {}},
                      TargetCase{"EmptyFields", "/a?&&x=1&", "/a", {{"x", "1"}}},
                      TargetCase{"EqualsInValue", "/a?q=cvss>=9", "/a", {{"q", "cvss>=9"}}},
                      TargetCase{"SlashAndQuestionInQuery", "/a?q=/b?c", "/a", {{"q", "/b?c"}}},
                      TargetCase{"EncodedDotsInQuery", "/a?q=%2e%2e%2f", "/a", {{"q", "../"}}},
                      TargetCase{"Fragment", "/a?x=1#part", "/a", {{"x", "1"}}},
                      TargetCase{"LineEndInQuery", "/a?t=1%0D%0A2", "/a", {{"t", "1\r\n2"}}}),
    [](const auto& each) { return each.param.name; });

struct BadTarget {
  std::string name, target, where;
  Error::Code code = Error::Code::invalid_input;
};
void PrintTo(const BadTarget& each, std::ostream* out) { *out << each.name; }
std::string many_fields(int count) {
  std::string target = "/a?";
  for (int i = 0; i < count; ++i) target += "x&";
  return target;
}
class RefusedTarget : public ::testing::TestWithParam<BadTarget> {};
TEST_P(RefusedTarget, IsAnErrorThatSaysWhere) {
  const auto target = parse_target(GetParam().target);
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().code, GetParam().code);
  EXPECT_EQ(target.error().where, GetParam().where);
}
INSTANTIATE_TEST_SUITE_P(
    Table, RefusedTarget,
    ::testing::Values(BadTarget{"Empty", "", "1"}, BadTarget{"Relative", "a/b", "1"}, BadTarget{"Star", "*", "1"},
                      BadTarget{"Parent", "/a/../b", "4"}, BadTarget{"ParentAtTheEnd", "/a/..", "4"},
                      BadTarget{"EncodedParent", "/a/%2e%2E/b", "4"}, BadTarget{"HalfEncodedParent", "/a/.%2e/b", "4"},
                      BadTarget{"Dot", "/./b", "2"}, BadTarget{"EmptySegment", "/a//b", "4"},
                      BadTarget{"TwoSlashes", "//b", "2"}, BadTarget{"Backslash", "/a\\b", "2"},
                      BadTarget{"EncodedBackslash", "/a%5Cb", "2"}, BadTarget{"EncodedSlash", "/a%2Fb", "2"},
                      BadTarget{"Nul", "/a%00", "2"}, BadTarget{"NulInQuery", "/a?q=%00", "6"},
                      BadTarget{"LineEnd", "/a%0d%0ab", "2"}, BadTarget{"Delete", "/a%7f", "2"},
                      BadTarget{"BadEscape", "/a%zz", "3"}, BadTarget{"CutEscape", "/a%2", "3"},
                      BadTarget{"LonePercent", "/a?x=%", "6"}, BadTarget{"IllFormedUtf8", "/a/%FF", "4"},
                      BadTarget{"Surrogate", "/a?q=%ED%A0%80", "6"}, BadTarget{"OverlongSlash", "/%C0%AF", "2"},
                      BadTarget{"TooLong", "/" + std::string(8192, 'a'), "", Error::Code::too_large},
                      BadTarget{"TooManyFields", many_fields(257), "", Error::Code::too_large}),
    [](const auto& each) { return each.param.name; });

TEST(Target, TakesWhatIsJustSmallEnough) {
  EXPECT_TRUE(parse_target("/" + std::string(8191, 'a')).has_value());
  EXPECT_TRUE(parse_target(many_fields(256)).has_value());
}

TEST(Form, IsAQueryWithoutTheQuestionMark) {
  const auto form = parse_form("a=1&b=x+y%26z");
  ASSERT_TRUE(form.has_value());
  EXPECT_EQ(form->get("a"), "1");
  EXPECT_EQ(form->get("b"), "x y&z");
  EXPECT_FALSE(parse_form("a=%").has_value());
}

TEST(EncodeComponent, SurvivesARoundTrip) {
  std::string all;
  for (int c = 1; c < 128; ++c) all += static_cast<char>(c);
  all += "äöü€";
  const auto encoded = encode_component(all);
  EXPECT_EQ(encoded.find_first_of(" /?#&=+\"'<>\\"), std::string::npos);
  const auto back = parse_target("/x?q=" + encoded);
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(back->query.get("q"), all);
  EXPECT_EQ(encode_component("Az09-._~"), "Az09-._~");
}

TEST(WithQuery, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(with_query("/advisories", {{"q", "a b"}, {"sort", ""}, {"limit", "5"}}), "/advisories?q=a%20b&limit=5");
  EXPECT_EQ(with_query("/advisories", {{"q", ""}}), "/advisories");
}

Request with_fields(std::vector<std::pair<std::string, std::string>> fields) {
  Request request;
  for (auto& [name, value] : fields) request.query.add(name, value);
  return request;
}

TEST(RequestFields, IntegersHaveABeginningAndAnEnd) {
  EXPECT_EQ(with_fields({}).integer("limit", 25, 1, 200).value(), 25);
  EXPECT_EQ(with_fields({{"limit", "1"}}).integer("limit", 25, 1, 200).value(), 1);
  EXPECT_EQ(with_fields({{"limit", "200"}}).integer("limit", 25, 1, 200).value(), 200);
  for (const auto* bad : {"0", "201", "", "x", "1x", " 1", "1.5", "-1", "99999999999999999999"}) {
    const auto result = with_fields({{"limit", bad}}).integer("limit", 25, 1, 200);
    ASSERT_FALSE(result.has_value()) << bad;
    EXPECT_EQ(result.error().where, "limit");
    EXPECT_EQ(result.error().message, "'limit' takes a whole number from 1 to 200");
  }
}

TEST(RequestFields, UnknownOnesAreErrorsThatSayWhatWasMeant) {
  EXPECT_TRUE(with_fields({{"q", "x"}, {"limit", "5"}}).only_known({"q", "limit", "cursor"}).has_value());
  const auto near = with_fields({{"limt", "5"}}).only_known({"q", "limit", "cursor"});
  ASSERT_FALSE(near.has_value());
  EXPECT_EQ(near.error().message, "unknown query parameter 'limt': did you mean limit?");
  EXPECT_EQ(near.error().where, "limt");
  const auto far = with_fields({{"colour", "5"}}).only_known({"q", "limit"});
  EXPECT_EQ(far.error().message, "unknown query parameter 'colour': this address takes q, limit");
  EXPECT_EQ(with_fields({{"x", "5"}}).only_known({}).error().message,
            "unknown query parameter 'x': this address takes none");
}

}  // namespace
}  // namespace tocsin::portal::http
