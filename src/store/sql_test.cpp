#include "store/sql.hpp"

#include <gtest/gtest.h>

namespace tocsin::store {
namespace {

std::int64_t integer_of(const Value& value) { return std::get<std::int64_t>(value.variant()); }
std::string text_of(const Value& value) { return std::get<std::string>(value.variant()); }

TEST(Sql, NumbersParametersInOrder) {
  Sql sql{"SELECT a FROM t WHERE b = ? AND c = ?", 7, "seven"};
  sql.append(" AND d < ?", 1.5);
  EXPECT_EQ(sql.text(), "SELECT a FROM t WHERE b = $1 AND c = $2 AND d < $3");
  ASSERT_EQ(sql.parameters().size(), 3U);
  EXPECT_EQ(integer_of(sql.parameters()[0]), 7);
  EXPECT_EQ(text_of(sql.parameters()[1]), "seven");
  EXPECT_EQ(std::get<double>(sql.parameters()[2].variant()), 1.5);
}

TEST(Sql, ValuesTravelAsWhatTheColumnsHold) {
  EXPECT_EQ(integer_of(Value{true}), 1);
  EXPECT_EQ(integer_of(Value{Timestamp{5}}), 5);
  EXPECT_EQ(integer_of(Value{domain::RecordId{9}}), 9);
  EXPECT_EQ(integer_of(Value{domain::Tlp::amber}), 2);
  EXPECT_EQ(integer_of(Value{std::optional{Timestamp{3}}}), 3);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value{std::optional<Timestamp>{}}.variant()));
  EXPECT_TRUE(std::holds_alternative<std::monostate>(Value{std::nullopt}.variant()));
  EXPECT_EQ(std::get<Blob>(Value{Blob{"x"}}.variant()).bytes, "x");
}

TEST(Sql, ListsAreFilledUpToAPowerOfTwo) {
  const std::int64_t three[] = {10, 20, 30};
  Sql sql{"a = ? AND id IN ", 1};
  sql.append_list(three).append(" AND b = ?", 2);
  EXPECT_EQ(sql.text(), "a = $1 AND id IN ($2, $3, $4, $5) AND b = $6");
  ASSERT_EQ(sql.parameters().size(), 6U);
  EXPECT_EQ(integer_of(sql.parameters()[4]), 30);
  EXPECT_EQ(integer_of(sql.parameters()[5]), 2);

  const std::string one[] = {"x"};
  EXPECT_EQ(Sql{"k IN "}.append_list(one).text(), "k IN ($1)");
  EXPECT_EQ(Sql{"k IN "}.append_list(std::span<const std::string>{}).text(), "k IN (NULL)");
}

TEST(Sql, AppendedStatementsAreNumberedOn) {
  Sql inner{"SELECT id FROM t WHERE a = ? AND b = ?", 1, 2};
  Sql outer{"SELECT c FROM u WHERE d = ? AND e IN (", 3};
  outer.append(inner).append(") LIMIT ?", 4);
  EXPECT_EQ(outer.text(), "SELECT c FROM u WHERE d = $1 AND e IN (SELECT id FROM t WHERE a = $2 AND b = $3) LIMIT $4");
  ASSERT_EQ(outer.parameters().size(), 4U);
  EXPECT_EQ(integer_of(outer.parameters()[0]), 3);
  EXPECT_EQ(integer_of(outer.parameters()[2]), 2);
  inner.append(inner);
  EXPECT_EQ(inner.parameters().size(), 4U);
  EXPECT_TRUE(inner.text().ends_with("a = $3 AND b = $4"));
}

TEST(Sql, PolicyConditionsStandInBrackets) {
  Sql sql{"SELECT 1 FROM record r WHERE r.kind = ? AND ", 1};
  sql.append(domain::policy::SqlCondition{"r.tlp <= ? OR r.slug = ?", {std::int64_t{0}, std::string{"x"}}});
  EXPECT_EQ(sql.text(), "SELECT 1 FROM record r WHERE r.kind = $1 AND (r.tlp <= $2 OR r.slug = $3)");
  EXPECT_EQ(text_of(sql.parameters()[2]), "x");
}

TEST(SqlDeathTest, CountsItsParameters) {
  EXPECT_DEATH(Sql("SELECT ?, ?", 1), "");
  const std::vector<std::int64_t> many(Sql::kListMax + 1, 1);
  EXPECT_DEATH(Sql{"IN "}.append_list(many), "");
}

}  // namespace
}  // namespace tocsin::store
